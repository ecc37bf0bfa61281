/** Longer texts are shown one after the other: a table of all pairs of lines would be too large. */
const MOST_LINES = 1500;
const AROUND = 2;

/** Lines that only the first text has after `-`, those of the second after `+`, and a few around them. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly string[] {
  const all = before.length * after.length > MOST_LINES ** 2 ? replaced(before, after) : edits(before, after);
  const isNear = (index: number): boolean =>
    all.slice(Math.max(0, index - AROUND), index + AROUND + 1).some((line) => !line.startsWith(' '));
  const kept = all.map((line, index) => (isNear(index) ? line : undefined));
  return kept.flatMap((line, index) =>
    line === undefined ? (kept[index - 1] === undefined && index > 0 ? [] : ['  …']) : [line],
  );
}

const replaced = (before: readonly string[], after: readonly string[]): string[] => [
  ...before.map((line) => `- ${line}`),
  ...after.map((line) => `+ ${line}`),
];

/** By the longest common subsequence. */
function edits(before: readonly string[], after: readonly string[]): string[] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[];
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: string[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(`  ${before[i++]}`);
      j++;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1)))
      lines.push(`- ${before[i++]}`);
    else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}
