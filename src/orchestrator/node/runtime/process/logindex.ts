import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { errnoOf } from '../../../../base/errors.ts';
import { unlessRefused } from '../../../../base/storage.ts';

/**
 * When the bytes of a raw log were written, as far as it was observed: `<log>.times` holds lines `<ms> <offset>`, each saying that at `ms`
 * the log reached to `offset`. Programs write straight into the log, so a byte's time is that of the first look after it.
 */
export interface LogIndex {
  /** Records how far the log reaches now. */
  look(now: number): void;
  /** Time in ms since the epoch at which the byte at `offset` was seen first; `fallback` for one that has not been seen yet. */
  timeOf(offset: number, fallback: number): number;
  /** Forgets what was written before `begin`, which is given back to the disk. */
  forget(begin: number): void;
  /** The first byte that was written at or after `ms`, as far as the index knows. */
  offsetSince(ms: number): number;
}

/** A program that always writes leaves four a second: beyond this, times of older lines become coarser. */
const MAX_MARKS = 20_000;

interface Mark {
  readonly ms: number;
  readonly end: number;
}

export function openLogIndex(log: string): LogIndex {
  const file = `${log}.times`;
  let marks: Mark[] = readMarks(file);
  /** Marks that stand in the file: the others wait until the disk takes them. */
  let kept = marks.length;

  function replace(by: Mark[]): void {
    marks = by;
    const lines = marks.map(({ ms, end }) => `${ms} ${end}\n`).join('');
    unlessRefused(() => {
      writeFileSync(`${file}.new`, lines, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      kept = marks.length;
    });
  }

  return {
    look(now) {
      const found = statSync(log, { throwIfNoEntry: false });
      if (!found) return;
      // It was truncated.
      if (found.size < (marks.at(-1)?.end ?? 0)) replace([]);
      if (found.size <= (marks.at(-1)?.end ?? 0)) return;
      if (marks.length >= MAX_MARKS) replace(marks.filter((_mark, i) => i % 2 === 1));
      // What came while no agent looked was written by the time that the file says, not now.
      const mark = {
        ms: Math.round(Math.min(now, Math.max(found.mtimeMs, marks.at(-1)?.ms ?? 0))),
        end: found.size,
      };
      marks.push(mark);
      const lines = marks.slice(kept).map(({ ms, end }) => `${ms} ${end}\n`);
      if (unlessRefused(() => appendFileSync(file, lines.join(''), { mode: 0o600 }))) kept = marks.length;
    },
    forget: (begin) => replace(marks.filter(({ end }) => end > begin)),
    timeOf(offset, fallback) {
      return marks[firstAfter(marks, (mark) => mark.end > offset)]?.ms ?? fallback;
    },
    offsetSince(ms) {
      const index = firstAfter(marks, (mark) => mark.ms >= ms);
      return index === 0 ? 0 : (marks[index - 1]?.end ?? 0);
    },
  };
}

/** Index of the first mark for which `test` holds (marks rise in both numbers), or the length. */
function firstAfter(marks: readonly Mark[], test: (mark: Mark) => boolean): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const mark = marks[middle];
    if (mark && test(mark)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function readMarks(file: string): Mark[] {
  try {
    // A last line without its end was cut off by a crash.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    const marks = lines.map((line) => line.split(' ').map(Number)).map(([ms = 0, end = 0]) => ({ ms, end }));
    // Nor is one that a full disk cut off in the middle a mark: marks rise.
    return marks.filter(({ ms, end }, i) => ms >= (marks[i - 1]?.ms ?? 0) && end > (marks[i - 1]?.end ?? 0));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
