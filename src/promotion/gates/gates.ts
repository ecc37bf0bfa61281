import { rfc3339 } from '../../base/clock.ts';
import type { EnvironmentStatus, GateState, PromotionPolicy } from '../../model/types.ts';
import { peopleBehind } from '../identity/people.ts';

/** What the gates look at: the source environment, the revision that would advance, and who approved it. */
export interface GateFacts {
  /** `shop/dev`, for messages. */
  readonly source: string;
  readonly status:
    | Pick<EnvironmentStatus, 'sync' | 'health' | 'healthySince' | 'phase' | 'message' | 'deployedRevision'>
    | undefined;
  readonly revision: string;
  /** `Name <mail>` of whoever wrote a part of what the target gains: they cannot approve their own work. Not read where nobody approved. */
  readonly authors: readonly string[];
  readonly approvals: readonly { readonly by: string; readonly at: string }[];
}

/** Every gate of the policy with its state at `now` (ms). A promotion may happen when all have passed. */
export function evaluateGates(policy: PromotionPolicy, facts: GateFacts, now: number): readonly GateState[] {
  return [
    healthyGate(policy.gates.healthy ?? 0, facts, now),
    ...(policy.gates.approvals ? [approvalsGate(policy.gates.approvals, facts)] : []),
    ...unsupportedGates(policy),
  ];
}

/** Even without the gate in the file a source must be healthy now: what is broken there is not worth shipping. */
function healthyGate(wait: number, { source, status, revision }: GateFacts, now: number): GateState {
  const gate = 'healthy';
  if (!status?.deployedRevision)
    return { gate, state: 'Blocked', reason: `Nothing is deployed in ${source} yet.` };
  if (status.deployedRevision !== revision) {
    return { gate, state: 'Waiting', reason: `${source} is on its way to ${revision.slice(0, 7)}.` };
  }
  if (status.health !== 'Healthy' || status.sync !== 'Synced') {
    const detail = status.message ? `: ${status.message.split('\n')[0]}` : '';
    return { gate, state: 'Waiting', reason: `${source} is ${status.health}, ${status.sync}${detail}` };
  }
  const since = Date.parse(status.healthySince ?? '');
  if (wait > 0 && !(now - since >= wait)) {
    const until = Number.isNaN(since) ? now + wait : since + wait;
    return {
      gate,
      state: 'Waiting',
      reason: `${source} must be healthy for ${formatDuration(wait)}; ${formatDuration(until - now)} to go.`,
      until: rfc3339(Math.ceil(until / 1000) * 1000),
    };
  }
  return { gate, state: 'Passed', reason: `${source} is healthy.` };
}

function approvalsGate(needed: number, facts: Omit<GateFacts, 'status' | 'source'>): GateState {
  const gate = 'approvals';
  const { independent, own } = peopleBehind(
    facts.approvals.map(({ by }) => by),
    facts.authors,
  );
  const names = independent.length > 0 ? ` (${independent.join(', ')})` : '';
  const counted = `${independent.length} of ${needed} approvals for ${facts.revision.slice(0, 7)}${names}`;
  if (independent.length >= needed) return { gate, state: 'Passed', reason: `${counted}.` };
  const refused = own
    .map((by) => `; ${by}’s own approval does not count (an author of what it brings)`)
    .join('');
  return {
    gate,
    state: 'Waiting',
    reason: `${counted}${refused}. Somebody else runs: pilotage approve.`,
  };
}

/** Gates that the file names: beyond them only the health of the source counts. */
export const isGated = ({ gates, unsupportedGates = [] }: PromotionPolicy): boolean =>
  Boolean(gates.healthy || gates.approvals) || unsupportedGates.length > 0;

/**
 * The gates of a commit that was pushed to a gated branch itself. Its source cannot have tested it: where the policy asks for
 * that alone, the approval of one other person stands in for it.
 */
export function evaluateDirectGates(
  policy: PromotionPolicy,
  facts: Pick<GateFacts, 'source' | 'revision' | 'authors' | 'approvals'>,
): readonly GateState[] {
  return [approvalsGate(Math.max(1, policy.gates.approvals ?? 0), facts), ...unsupportedGates(policy)];
}

const unsupportedGates = ({ unsupportedGates: gates = [] }: PromotionPolicy): readonly GateState[] =>
  gates.map((gate) => ({
    gate,
    state: 'Blocked',
    reason: `The gate "${gate}" is not supported by this version of Pilotage, and a gate is never passed over. Remove it from pilotage.yaml to go on.`,
  }));

/** `90s` → `1m30s`; whole seconds, rounded up, so that "0s to go" is never said while something waits. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ];
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join('') || '0s';
}
