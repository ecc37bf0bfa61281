/** Columns as kubectl prints them: upper-case heads, three spaces between, the last column left ragged. */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[], gap = 3): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + gap)))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** Time since then in kubectl's short form: `42s`, `3m`, `5h`, `12d`. */
export function formatAge(since: string | undefined, now: number): string {
  const seconds = Math.floor((now - Date.parse(since ?? '')) / 1000);
  if (Number.isNaN(seconds)) return '-';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export const shortRevision = (revision: string | null | undefined): string => revision?.slice(0, 7) ?? '-';
