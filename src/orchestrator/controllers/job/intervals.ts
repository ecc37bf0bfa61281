/** Sets of completion indexes, as the status of a Job writes them: `1,3-5,7` (Kubernetes `indexed_job_utils.go` orderedIntervals). */
export type Intervals = readonly Interval[];
type Interval = readonly [first: number, last: number];

/** The indexes below `completions` in a list; a part that is no interval is left out. */
export function parseIndexes(text: string | undefined, completions: number): Intervals {
  const intervals = (text ?? '').split(',').flatMap((part): readonly Interval[] => {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined || Number(first) >= completions) return [];
    return [[Number(first), Math.min(Number(last ?? first), completions - 1)]];
  });
  return joined(intervals);
}

/** Two neighbours are written apart: `1,2`, three as `1-3`. */
export const formatIndexes = (intervals: Intervals): string =>
  intervals
    .map(([first, last]) => {
      if (first === last) return `${first}`;
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
    })
    .join(',');

export const indexesOf = (indexes: Iterable<number>): Intervals =>
  joined([...indexes].map((index): Interval => [index, index]));

export const union = (...sets: readonly Intervals[]): Intervals => joined(sets.flat());

export const countOf = (intervals: Intervals): number =>
  intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** Binary search: an indexed Job may have a hundred thousand indexes. */
export function includes(intervals: Intervals, index: number): boolean {
  let [low, high] = [0, intervals.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle]?.[1] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return (intervals[low]?.[0] ?? Infinity) <= index;
}

/** How many indexes both have. */
export function overlapOf(some: Intervals, others: Intervals): number {
  let total = 0;
  for (let [i, j] = [0, 0]; i < some.length && j < others.length; ) {
    const [first, last] = some[i] as Interval;
    const [from, to] = others[j] as Interval;
    total += Math.max(0, Math.min(last, to) - Math.max(first, from) + 1);
    if (last <= to) i++;
    if (to <= last) j++;
  }
  return total;
}

/** The lowest `count` indexes below `completions` that are not in `taken`. */
export function firstFree(taken: Intervals, count: number, completions: number): readonly number[] {
  const free: number[] = [];
  let next = 0;
  for (const [first, last] of [...taken, [completions, completions] as const]) {
    for (; next < Math.min(first, completions) && free.length < count; next++) free.push(next);
    next = Math.max(next, last + 1);
  }
  return free;
}

/** In rising order, what touches as one. */
function joined(intervals: readonly Interval[]): Intervals {
  const result: Interval[] = [];
  for (const [first, last] of [...intervals].sort(([a], [b]) => a - b)) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) result[result.length - 1] = [before[0], Math.max(before[1], last)];
    else result.push([first, last]);
  }
  return result;
}
