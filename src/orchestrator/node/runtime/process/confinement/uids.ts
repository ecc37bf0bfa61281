import { readFileSync } from 'node:fs';
import type { UidRange } from '../../../../../base/confinement.ts';
import { errnoOf, ProblemError } from '../../../../../base/errors.ts';
import { writeRecord } from '../../../../../base/recordfile.ts';

/** Who gets a uid of the range: both halves are handed out by processes of their own, each with a file of its own. */
export const podUids = (range: UidRange): UidRange => half(range, 0);
export const buildUids = (range: UidRange): UidRange => half(range, 1);

function half({ first, count }: UidRange, index: number): UidRange {
  if (count === 1) return { first, count };
  return { first: first + index * (count / 2), count: count / 2 };
}

/**
 * Gives each name a uid of its own and keeps it: files on disk belong to it. The file holds the names in the order in which they came.
 * Throws ProblemError when none is left.
 */
export function openUids(file: string, { first, count }: UidRange): (name: string) => number {
  if (count === 1) return () => first;
  const numbers = new Map(read(file).map((name, index) => [name, index]));
  return (name) => {
    const known = numbers.get(name);
    if (known !== undefined) return first + known;
    if (numbers.size >= count)
      throw new ProblemError({
        reason: 'UidsExhausted',
        message: `All ${count} users for ${file} are taken.`,
      });
    numbers.set(name, numbers.size);
    writeRecord(file, [...numbers.keys()]);
    return first + numbers.size - 1;
  };
}

function read(file: string): string[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
