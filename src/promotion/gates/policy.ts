import { rfc3339 } from '../../base/clock.ts';
import { canonicalJson } from '../../kube/values/equal.ts';
import type { Json } from '../../kube/values/types.ts';
import { formatDuration } from '../../model/duration.ts';
import { describeSources, sourcesOf } from '../../model/promotionsources.ts';
import type { GateState, PromotionPolicy } from '../../model/types.ts';
import type { Gate, GateFacts, Subject } from './gate.ts';
import { heldBy } from './hold.ts';
import { GATES } from './list.ts';

/** Every gate of a policy with its state at `now` (ms). What is to pass may advance when all have passed. */
export function evaluateGates(
  policy: PromotionPolicy,
  subject: Subject,
  facts: GateFacts,
  now: number,
): readonly GateState[] {
  const asked = GATES.flatMap((gate) => {
    const setting = gate.settingFor(subject, policy.gates[gate.name]);
    return setting === undefined ? [] : [stateOf(gate, setting, facts, now)];
  });
  const held = heldBy(facts, now);
  const all = [...asked, ...(policy.unsupportedGates ?? []).map(unsupported)].map((state) =>
    skipped(state, facts),
  );
  return held ? [...all, held] : all;
}

/** A gate that a person skipped is passed, and goes on saying what it would have said. */
function skipped(state: GateState, { skips = [] }: GateFacts): GateState {
  const skip = skips.find(({ gate }) => gate === state.gate);
  if (skip === undefined || state.state === 'Passed') return state;
  const { by, reason } = skip;
  const said = `Skipped by ${by}: ${reason}. It says: ${state.reason}`;
  return { gate: state.gate, state: 'Passed', reason: said, skipped: { by, reason } };
}

function stateOf(gate: Gate, setting: Json, facts: GateFacts, now: number): GateState {
  const finding = gate.check(setting, facts, now);
  const { message, remedy } = gate.explain(finding, facts);
  const { state, until } = finding;
  return {
    gate: gate.name,
    state,
    reason: remedy === undefined ? message : `${message} ${remedy}`,
    ...(until === undefined ? {} : { until: rfc3339(Math.ceil(until / 1000) * 1000) }),
  };
}

/** A policy that an older version recorded may name a gate that there is by now; nobody knows with what setting. */
const unsupported = (gate: string): GateState => ({
  gate,
  state: 'Blocked',
  reason: gateNamed(gate)
    ? `The gate "${gate}" was not supported when this policy was recorded, so its setting is not known. What pilotage.yaml says of it is proposed: pilotage accept.`
    : `The gate "${gate}" is not supported by this version of Pilotage, and a gate is never passed over. Remove it from pilotage.yaml to go on.`,
});

/** Whether the file names gates or demands promotion: otherwise only the health of the source counts. A setting of 0 asks for nothing. */
export const isGated = ({ gates, required, unsupportedGates = [] }: PromotionPolicy): boolean =>
  required === true || Object.values(gates).some(Boolean) || unsupportedGates.length > 0;

/** Whether everything that passes `to` would pass `from` as well. */
export function tightens(from: PromotionPolicy | undefined, to: PromotionPolicy | undefined): boolean {
  if (from === undefined) return true;
  if (to === undefined || !needsAsMuch(to, from) || (to.auto && !from.auto)) return false;
  if (from.required && !to.required) return false;
  if (to.by !== from.by || !watchesAsWell(to, from)) return false;
  const isKept = Object.entries(from.gates).every(([name, setting]) =>
    isAsStrict(name, to.gates[name], setting),
  );
  return isKept && (from.unsupportedGates ?? []).every((name) => to.unsupportedGates?.includes(name));
}

/** More sources that are all needed are stricter; fewer, where one is enough. The first stays: its history is what is promoted. */
function needsAsMuch(to: PromotionPolicy, from: PromotionPolicy): boolean {
  if (to.from !== from.from || (to.needs === 'any' && from.needs !== 'any')) return false;
  const [next, before] = [sourcesOf(to), sourcesOf(from)];
  return to.needs === 'any'
    ? next.every((name) => before.includes(name))
    : from.needs === 'any' || before.every((name) => next.includes(name));
}

/** A failure that would have been taken back still is: taking back less protects less. */
const watchesAsWell = (to: PromotionPolicy, from: PromotionPolicy): boolean =>
  from.onFailure === undefined || (to.onFailure === from.onFailure && (to.within ?? 0) >= (from.within ?? 0));

function isAsStrict(name: string, next: Json | undefined, before: Json): boolean {
  if (next === undefined) return false;
  const gate = gateNamed(name);
  return gate ? gate.isAsStrict(next, before) : canonicalJson(next) === canonicalJson(before);
}

/** `from dev automatically, required, gates healthy 30s approvals 2`. */
export function describePolicy({
  auto,
  required,
  gates,
  unsupportedGates = [],
  by,
  onFailure,
  within = 0,
  ...sources
}: PromotionPolicy): string {
  const all = [
    ...Object.entries(gates).map(([name, setting]) => describe(name, setting)),
    ...unsupportedGates,
  ];
  const how = [
    auto ? ' automatically' : '',
    by ? ` by ${by}` : '',
    required ? ', required' : '',
    onFailure ? `, reverted when it fails within ${formatDuration(within)}` : '',
  ].join('');
  return `from ${describeSources(sources)}${how}, ${all.length > 0 ? `gates ${all.join(' ')}` : 'no gates'}`;
}

/** What has to pass before a promotion, including gates that apply without being named: `healthy, approvals 2`. */
export function describeGates({ gates, unsupportedGates = [] }: PromotionPolicy): string {
  const asked = GATES.flatMap((gate) => {
    const setting = gate.settingFor('promotion', gates[gate.name]);
    return setting === undefined ? [] : [gate.describe(setting)];
  });
  return [...asked, ...unsupportedGates.map((name) => `${name} (not supported: it blocks)`)].join(', ');
}

const gateNamed = (name: string): Gate | undefined => GATES.find((gate) => gate.name === name);

const describe = (name: string, setting: Json): string =>
  gateNamed(name)?.describe(setting) ?? `${name} ${canonicalJson(setting)}`;
