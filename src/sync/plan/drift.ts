import { rfc3339 } from '../../base/clock.ts';
import { formatPlace } from '../../base/place.ts';
import { formatRef } from '../../kube/values/types.ts';
import type { HealedDrift } from '../../model/types.ts';
import { lastManager } from './conflicts.ts';
import type { Step } from './types.ts';

/** So many are kept of a release, and so many fields are named of one. */
const KEPT = 10;
const FIELDS = 5;

/** Who changed what, and what git says. Pure; `at` is wall time in milliseconds. */
export function healedDrift(step: Step, at: number): HealedDrift {
  return {
    at: rfc3339(at),
    object: formatRef(step.ref),
    by: step.action === 'update' ? managersOf(step) : 'somebody',
    change: step.action === 'update' ? changesOf(step) : 'deleted it',
    ...(step.origin ? { origin: formatPlace(step.origin) } : {}),
    count: 1,
  };
}

type Update = Extract<Step, { action: 'update' }>;

/** The managers that hold the fields now. A field that was removed has none: then it is the last writer. */
function managersOf({ conflicts, live }: Update): string {
  const holders = [...new Set(conflicts.map(({ manager }) => manager))];
  return holders.length > 0 ? holders.join(' and ') : (lastManager(live) ?? 'somebody');
}

function changesOf({ diff }: Update): string {
  // Our own marks move with every write, and are nobody's change.
  const fields = diff.filter(({ path }) => !path.startsWith('metadata.managedFields'));
  const shown = fields.slice(0, FIELDS).map(({ path, before, after }) => {
    if (before === undefined) return `removed ${path} (git: ${short(after)})`;
    return `set ${path} to ${short(before)} (git: ${after === undefined ? 'nothing' : short(after)})`;
  });
  const more = fields.length > FIELDS ? [`and ${fields.length - FIELDS} more fields`] : [];
  return [...shown, ...more].join(', ') || 'changed it';
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export const remedyOf = ({ origin }: Pick<HealedDrift, 'origin'>): string =>
  `change it in git${origin ? ` (${origin})` : ''}, or let drift only be reported: drift: report in pilotage.yaml`;

/** With what was healed before; the same again is counted. Newest last. Pure. */
export function withHealed(
  before: readonly HealedDrift[] = [],
  healed: readonly HealedDrift[],
): readonly HealedDrift[] {
  const all = [...before];
  for (const one of healed) {
    const same = all.findIndex(
      ({ object, by, change }) => object === one.object && by === one.by && change === one.change,
    );
    const [known] = same < 0 ? [] : all.splice(same, 1);
    all.push({ ...one, count: (known?.count ?? 0) + 1 });
  }
  return all.slice(-KEPT);
}
