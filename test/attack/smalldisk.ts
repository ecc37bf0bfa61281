import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Pilotage } from '../e2e/harness.ts';

/** Runs a daemon in a mount namespace of its own, with a folder of its data directory on a small disk of its own. */
export const onSmallDisk = (folder: string, { megabytes = 16, log = '' } = {}): readonly string[] => {
  const script = `data=; before=
    for argument; do [ "$before" = --data-dir ] && data=$argument; before=$argument; done
    mkdir -p "$data/${folder}" && mount -t tmpfs -o size=${megabytes}m tmpfs "$data/${folder}" || exit 1
    ${log && `exec 2>"$data/${log}"`}
    exec "$@"`;
  return ['unshare', '--mount', 'sh', '-c', script, 'sh'];
};

/** Why this machine cannot do it; undefined where it can. */
export function cannotMount(): string | undefined {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'not tried: this user may not mount';
  }
}

/** A path of the data directory as the daemon's mount namespace has it. */
export const inside = ({ ready, dataDir }: Pilotage, path: string): string =>
  join('/proc', String(ready.pid), 'root', dataDir, path);

/** Writes until so many bytes are left, by default none; the returned function makes room again. */
export function fill(target: Pilotage, folder: string, left = 0): () => void {
  const path = inside(target, join(folder, `ballast-${randomUUID()}`));
  const fd = openSync(path, 'w');
  try {
    const free = () => {
      const { bavail, bsize } = statfsSync(inside(target, folder));
      return bavail * bsize;
    };
    for (let size = 65_536; size >= 1; size = Math.floor(size / 4)) {
      try {
        while (left === 0 || free() > left) writeSync(fd, Buffer.alloc(size));
      } catch {
        // Smaller pieces may still fit.
      }
    }
  } finally {
    closeSync(fd);
  }
  return () => rmSync(path);
}
