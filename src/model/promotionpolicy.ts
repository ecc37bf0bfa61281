import type { Problem } from '../base/errors.ts';
import type { Json } from '../kube/values/types.ts';
import { circleFrom } from './circle.ts';
import type { EnvironmentEntry } from './deliveryfile.ts';
import type { GateGrammar } from './gategrammar.ts';
import { gatesRule, promotionRule } from './pilotagegrammar.ts';
import { sourcesOf } from './promotionsources.ts';
import { type Cursor, complain, fieldOf, type Item, placeOf } from './reader.ts';
import type { PromotionPolicy } from './types.ts';

/** `promotion:` of an environment; `gates` are those that the file may name. */
export function readPromotion(
  at: Cursor,
  gates: readonly GateGrammar[],
  warnings: Problem[],
): PromotionPolicy | undefined {
  const rule = promotionRule(gates);
  const fields = rule.open(at);
  if (!rule.isComplete(at, fields)) return undefined;
  const [from, ...others] = readSources(fields.from.at, fields.from.read() ?? []);
  const by = fields.by.read();
  const named = readGates(fields.gates.at, gates, warnings);
  const failure = readFailure(fields.onFailure.read() ?? 'keep', fields.within.at, fields.within.read());
  const needs = fields.needs.read() ?? 'all';
  if (fields.needs.at && others.length === 0)
    complain(
      fields.needs.at,
      'Contradiction',
      'says how many of several sources are needed, and from names one',
    );
  if (from === undefined) return undefined;
  return {
    from,
    ...(others.length > 0 ? { alsoFrom: others } : {}),
    ...(others.length > 0 && needs === 'any' ? { needs } : {}),
    auto: fields.auto.read() ?? false,
    // Left out where it is not asked for: a policy that an older version recorded is still equal.
    ...(fields.required.read() ? { required: true } : {}),
    ...named,
    ...(by === undefined || by === 'merge' ? {} : { by }),
    ...failure,
  };
}

function readSources(at: Cursor | undefined, sources: readonly string[]): readonly string[] {
  if (at && Array.isArray(at.value) && at.value.length === 0)
    complain(at, 'WrongValue', 'names no environment', 'Name the environment that it promotes from.');
  const twice = sources.find((name, index) => sources.indexOf(name) !== index);
  if (at && twice !== undefined) complain(at, 'WrongValue', `names ${twice} twice`);
  return sources;
}

/** Longer than a Deployment takes to be called stuck, which is 10 minutes unless it says otherwise. */
const BLAMED_FOR_MS = 30 * 60_000;

function readFailure(
  onFailure: 'keep' | 'revert',
  at: Cursor | undefined,
  within: number | undefined,
): Pick<PromotionPolicy, 'onFailure' | 'within'> {
  if (onFailure === 'revert') return { onFailure, within: within ?? BLAMED_FOR_MS };
  if (at)
    complain(
      at,
      'Contradiction',
      'says for how long a failure is blamed on a promotion, and nothing is done about one',
      'Add `onFailure: revert`, or leave it out.',
    );
  return {};
}

/** The settings of the gates that are in force, and the names of those that this version does not support. */
function readGates(
  at: Cursor | undefined,
  gates: readonly GateGrammar[],
  warnings: Problem[],
): Pick<PromotionPolicy, 'gates' | 'unsupportedGates'> {
  const fields = gatesRule(gates).open(at);
  const settings: Record<string, Json> = {};
  const unsupported: string[] = [];
  for (const gate of gates) {
    const field = fields[gate.name]?.at;
    if (field === undefined) continue;
    if (gate.read === undefined) {
      unsupported.push(gate.name);
      warnings.push(notSupported(gate.name, field));
      continue;
    }
    const setting = gate.read(field);
    if (setting !== undefined) settings[gate.name] = setting;
  }
  return { gates: settings, ...(unsupported.length > 0 ? { unsupportedGates: unsupported } : {}) };
}

const notSupported = (gate: string, at: Cursor): Problem => ({
  reason: 'NotSupportedYet',
  message: `${fieldOf(at.pointer)}: this version does not know the gate ${gate}, so it blocks`,
  place: placeOf(at),
  remedy: 'Remove the gate, or promote with git.',
});

/** `promotion.from` must name another environment of the file, and the chain must end somewhere. */
export function promotionProblems(items: readonly Item<EnvironmentEntry>[]): void {
  const from = new Map(
    items.map(({ entry }) => [entry.name, entry.promotion ? sourcesOf(entry.promotion) : []]),
  );
  for (const { at, entry } of items) {
    for (const source of from.get(entry.name) ?? []) {
      if (from.has(source)) continue;
      complain(
        at,
        'UnknownEnvironment',
        `promotion.from names ${source}, which is not an environment of this file`,
        `Known: ${[...from.keys()].join(', ')}.`,
      );
    }
    const circle = circleFrom(entry.name, (name) => from.get(name) ?? []);
    if (circle) complain(at, 'Cycle', `promotion.from goes round: ${circle.join(' → ')}`);
  }
}
