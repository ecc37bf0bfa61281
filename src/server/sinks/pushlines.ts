import type { ProgressEvent } from '../../model/progress.ts';

/** A line of a report, `remote: ` before it, fits a terminal of 100 columns. */
const COLUMNS = 100 - 'remote: '.length;
/** A message may quote the last lines of a log; more than this is for `why`. */
const MAX_LINES = 60;

/** `[dev] planned: 4 to create`; further lines are indented below. */
export function linesOf(
  event: Pick<ProgressEvent, 'environment' | 'stage' | 'message'>,
  delivery: string,
): string[] {
  const prefix = event.environment ? `[${event.environment}] ` : '';
  const indent = ' '.repeat(prefix.length);
  // The output of a build is somebody else's text: it stays as it is.
  const isOutput = event.stage === 'building';
  const width = isOutput ? Number.POSITIVE_INFINITY : COLUMNS - prefix.length;
  const lines = event.message.split('\n').flatMap((line) => wrap(line, width));
  const all = `… ${lines.length - MAX_LINES} more lines: pilotage why ${delivery}/${event.environment ?? ''}`;
  const shown = isOutput || lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES), all];
  return shown.map((line, i) => `${i === 0 ? prefix : indent}${line}`);
}

/** Breaks a line at spaces; what follows hangs below its text. A word that is too long stays whole: it can be copied. */
function wrap(line: string, width: number): string[] {
  const hang = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const start = rest.length - rest.trimStart().length;
    const fitting = rest.lastIndexOf(' ', width);
    const at = fitting > start ? fitting : rest.indexOf(' ', Math.max(width, start));
    if (at < 0) break;
    lines.push(rest.slice(0, at));
    rest = `${hang}${rest.slice(at + 1)}`;
  }
  return [...lines, rest];
}
