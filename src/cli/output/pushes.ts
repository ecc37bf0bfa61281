import type { PushReport } from '../../model/faces.ts';

/** `eve`, `eve (robot:eve.ci)`; `ann (unverified)` where the holder of the daemon's token gave the name. */
export function formatPusher({ by, program, verified }: PushReport): string {
  const notes = [program, verified ? undefined : 'unverified'].filter((note) => note !== undefined);
  return notes.length > 0 ? `${by} (${notes.join(', ')})` : by;
}
