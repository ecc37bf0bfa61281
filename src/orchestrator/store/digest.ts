import { crc32 } from 'node:zlib';

/** The content of the store in two numbers that every commit updates: they reveal silent losses. */
export interface Digest {
  readonly count: number;
  readonly sum: number;
}

export const EMPTY: Digest = { count: 0, sum: 0 };

/** The digest after a key has moved from one revision to another; undefined stands for an absent key. */
export function changed(
  { count, sum }: Digest,
  key: string,
  before: number | undefined,
  after: number | undefined,
): Digest {
  return {
    count: count + (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1),
    sum: wrapped(sum + mixed(key, after) - mixed(key, before)),
  };
}

export function digestOf(state: Iterable<readonly [key: string, revision: number]>): Digest {
  let digest = EMPTY;
  for (const [key, revision] of state) digest = changed(digest, key, undefined, revision);
  return digest;
}

const MODULUS = 2 ** 52;
const wrapped = (sum: number): number => ((sum % MODULUS) + MODULUS) % MODULUS;

/** A CRC alone is linear: the sum of several related ones could be 0. The multiplications prevent that (the finalizer of MurmurHash3). */
function mixed(key: string, revision: number | undefined): number {
  if (revision === undefined) return 0;
  let h = crc32(`${key}@${revision}`);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
