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

/** As formatTable, with the widest cells of all columns but the last cut until a line has at most `columns` characters; never below 8 each. */
export function formatFittingTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string {
  const gap = 3;
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const free = widths.slice(0, -1);
  const room = columns - gap * free.length - (widths.at(-1) ?? 0);
  for (let over = free.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = free.indexOf(Math.max(...free));
    if ((free[widest] ?? 0) <= 8) break;
    free[widest] = (free[widest] ?? 0) - 1;
  }
  const cut = (cell: string, width: number): string =>
    cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
  const fitting = rows.map((row) => row.map((cell, at) => cut(cell, free[at] ?? cell.length)));
  return formatTable(heads, fitting, gap);
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
