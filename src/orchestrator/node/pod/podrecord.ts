import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../../base/errors.ts';
import type { Pod } from '../../../kube/kinds/objects.ts';
import { entries } from '../runtime/process/attemptrecord.ts';

/**
 * What the agent remembers of a pod beside the runtime's records, so that a new agent can go on while the API is away.
 * Lives in `<root>/<uid>/`, under names with a leading dot, which no container can have.
 */
export interface PodRecord {
  /** As the API gave it last. */
  readonly pod: Pod;
  readonly podIP: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
}

const podDir = (root: string, uid: string): string => join(root, uid);
export const volumesDir = (root: string, uid: string): string => join(root, uid, '.volumes');
export const rootDir = (root: string, uid: string, container: string): string =>
  join(root, uid, '.roots', container);

export function writePodRecord(root: string, record: PodRecord): void {
  const dir = podDir(root, record.pod.metadata.uid ?? '');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, '.pod.json');
  // Literal environment values may be secrets.
  writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Every pod that is recorded; a directory without a whole record is given as its uid alone. */
export function readPodRecords(
  root: string,
): readonly { readonly uid: string; readonly record?: PodRecord }[] {
  return entries(root).map((uid) => {
    const record = readPodRecord(root, uid);
    return record ? { uid, record } : { uid };
  });
}

function readPodRecord(root: string, uid: string): PodRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(root, uid, '.pod.json'), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR')
      return undefined;
    throw error;
  }
}
