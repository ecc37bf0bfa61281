import { formatPlace } from '../../../base/place.ts';
import { type Finding, SEVERITIES } from '../../../render/lint/rule.ts';
import type { Format, Report } from './format.ts';

/** For people: a line for each that editors make clickable, what would help below it, and a sum. */
export const text: Format = (report) =>
  [...report.findings.map((finding) => block(finding, report)), sum(report.findings)].join('\n');

function block(
  { severity, rule, place, message, remedy, details = [] }: Finding,
  { colors }: Report,
): string {
  const color = { error: colors.red, warning: colors.yellow, info: colors.blue }[severity];
  const where = place ? `${formatPlace(place)}: ` : '';
  const more = [...details.map((line) => `    ${line}`), `  → ${remedy}`];
  return [`${where}${color(severity)} ${message} ${colors.dim(`[${rule}]`)}`, ...more].join('\n');
}

function sum(findings: readonly Finding[]): string {
  const counts = SEVERITIES.map((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    const plural = severity === 'info' ? 'hint' : severity;
    return count === 0 ? '' : `${count} ${plural}${count === 1 ? '' : 's'}`;
  }).filter(Boolean);
  return counts.length === 0 ? 'Nothing found.' : `${counts.join(', ')}.`;
}
