import type { Problem } from '../../base/errors.ts';
import { formatPlace } from '../../base/place.ts';
import { RULES } from './list.ts';
import { type Finding, type Remark, type Rule, SEVERITIES, type Severity } from './rule.ts';
import { isSilenced } from './silence.ts';
import type { Subject } from './subject.ts';

/** Everything that the rules find, sorted by place; nothing that is silenced, nothing twice. */
export function lint(subjects: readonly Subject[], disabled: ReadonlySet<string>): readonly Finding[] {
  const found = subjects.flatMap((subject) =>
    RULES.filter(({ name }) => !disabled.has(name)).flatMap((rule) =>
      remarksOf(rule, subject)
        .filter((remark) => !isSilenced(rule.name, remark, subject.request.tree))
        .map((remark) => findingOf(rule, remark)),
    ),
  );
  const unique = new Map(found.map((finding) => [keyOf(finding), finding]));
  return [...unique.values()].sort(byPlace);
}

interface Judged extends Remark {
  readonly severity?: Severity;
}

/** What stops a delivery is an error, whatever the rule says. */
function remarksOf(rule: Rule, subject: Subject): readonly Judged[] {
  const own = (rest: string, all: readonly Problem[]): readonly Problem[] =>
    all.filter(({ reason }) => (CLAIMED.get(reason) ?? rest) === rule.name);
  const problems = own('render', subject.problems).map((one): Judged => ({ ...one, severity: 'error' }));
  return [...problems, ...own('render-warning', subject.warnings), ...(rule.check?.(subject) ?? [])];
}

const CLAIMED: ReadonlyMap<string, string> = new Map(
  RULES.flatMap(({ name, reasons = [] }) => reasons.map((reason) => [reason, name] as const)),
);

function findingOf(rule: Rule, { message, place, remedy, details, severity }: Judged): Finding {
  return {
    rule: rule.name,
    severity: severity ?? rule.severity,
    message,
    ...(place ? { place } : {}),
    remedy: remedy ?? rule.remedy,
    ...(details ? { details } : {}),
  };
}

const keyOf = ({ rule, message, place }: Finding): string =>
  JSON.stringify([rule, message, place ? formatPlace(place) : '']);

function byPlace(a: Finding, b: Finding): number {
  const text = (one: Finding): string => one.place?.file ?? '';
  if (text(a) !== text(b)) return text(a) < text(b) ? -1 : 1;
  const lines = (a.place?.line ?? 0) - (b.place?.line ?? 0);
  if (lines !== 0) return lines;
  const severities = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return severities !== 0 ? severities : a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0;
}
