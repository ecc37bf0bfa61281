import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../../../base/clock.ts';
import { readRecord, writeRecord } from '../../../../base/recordfile.ts';

/** What was pushed to registries, and is called by the digest that they gave; one file each below a folder. */
export interface PushedImages {
  digestOf(reference: string): string | undefined;
  /** It was pushed less than a day ago, or known to be there. */
  isFresh(reference: string): boolean;
  add(reference: string, digest: string): void;
}

interface Pushed {
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A registry may lose what it has: its disk, or by a rule of its own. */
const FRESH_MS = 24 * 3_600_000;

export function openPushedImages(dir: string, clock: Clock): PushedImages {
  const file = (reference: string): string => join(dir, createHash('sha256').update(reference).digest('hex'));
  return {
    digestOf: (reference) => readRecord<Pushed>(file(reference))?.digest,
    isFresh(reference) {
      const at = readRecord<Pushed>(file(reference))?.at ?? 0;
      return clock.now() - at < FRESH_MS;
    },
    add: (reference, digest) => writeRecord(file(reference), { digest, at: clock.now() } satisfies Pushed),
  };
}
