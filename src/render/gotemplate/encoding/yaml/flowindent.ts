import type { YAMLException } from 'js-yaml';

/** What may stand before the column at which a block begins. */
const LEAD = /^[ \-?]*/gm;

/**
 * The text with the line indented at which js-yaml found too few spaces within brackets or quotes; undefined for any other problem.
 * Go's scanner looks at no indentation there (`yaml_parser_unroll_indent` of scannerc.go), and spaces at the head of such a line say nothing.
 */
export function withinFlow(source: string, { reason, mark }: YAMLException): string | undefined {
  if (reason !== 'deficient indentation' || mark === undefined) return undefined;
  const start = source.lastIndexOf('\n', mark.position - 1) + 1;
  const above = source.slice(0, start);
  const deepest = [...above.matchAll(LEAD)].reduce((most, [lead]) => Math.max(most, lead.length), 0);
  const present = source.slice(start).search(/[^ ]|$/);
  return present > deepest ? undefined : `${above}${' '.repeat(deepest + 1 - present)}${source.slice(start)}`;
}
