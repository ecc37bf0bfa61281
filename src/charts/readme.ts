import { failed, ok, type Result } from '../base/errors.ts';
import type { ValueRow } from './valuesdocs.ts';

const BEGIN =
  '<!-- values: what `pilotage chart docs --write` writes. Between these lines nothing else stays. -->';
const BEGINS = /^<!-- values:.*-->[ \t]*$/m;
const END = '<!-- /values -->';

/** The table of values, in sections where comments name some, between the lines that mark it. */
export function valuesTable(rows: readonly ValueRow[]): string {
  const sections = [...new Set(rows.map(({ section }) => section))].sort(
    (a, b) => Number(a === '') - Number(b === ''),
  );
  const isParted = sections.some((section) => section !== '');
  const parts = sections.map((section) => {
    const title = isParted ? `### ${section || 'Other values'}\n\n` : '';
    return title + tableOf(rows.filter((row) => row.section === section));
  });
  const body = rows.length === 0 ? 'The chart has no values.\n' : parts.join('\n');
  return `${BEGIN}\n\n${body}\n${END}`;
}

function tableOf(rows: readonly ValueRow[]): string {
  const lines = rows.map(({ path, type, default: value, description }) =>
    [path, type, value, description].reduce((line, text) => `${line}${text && ` ${cell(text)}`} |`, '|'),
  );
  return `${['| Key | Type | Default | Description |', '|-----|------|---------|-------------|', ...lines].join('\n')}\n`;
}

/** A bar would end the cell, in code too (GitHub Flavored Markdown, tables), and a line break the row. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s*\r?\n\s*/g, ' ');

/**
 * The README with this table in place of the one in it. Where it has none, the table comes at its end; where there is no README, one is begun.
 * Everything outside of the marks stays as it is.
 */
export function withTable(
  readme: string | undefined,
  table: string,
  chart: { readonly name: string; readonly description: string },
): Result<string> {
  if (readme === undefined) {
    const about = chart.description === '' ? '' : `${chart.description}\n\n`;
    return ok(`# ${chart.name}\n\n${about}## Values\n\n${table}\n`);
  }
  const begin = BEGINS.exec(readme);
  if (!begin) {
    if (readme.includes(END))
      return unpaired('has the end of a table of values without its beginning', BEGIN);
    return ok(`${readme.trimEnd()}\n\n## Values\n\n${table}\n`);
  }
  const end = readme.indexOf(END, begin.index);
  if (end < 0) return unpaired('has the beginning of a table of values without its end', END);
  return ok(readme.slice(0, begin.index) + table + readme.slice(end + END.length));
}

const unpaired = (what: string, missing: string): Result<string> =>
  failed({
    reason: 'InvalidReadme',
    message: `README.md ${what}; nothing was written.`,
    place: { file: 'README.md' },
    remedy: `Put the line back, or remove both: ${missing}`,
  });
