import type { PromotionReport } from '../../model/faces.ts';
import type { GateState, Promotion } from '../../model/types.ts';
import type { Decision } from '../decide/decide.ts';
import type { Gathered } from '../decide/facts.ts';
import { formatCommit } from '../history/commits.ts';

export type Status = NonNullable<Promotion['status']>;

/** A decision as the record of the promotion keeps it. */
export function statusOf(decision: Decision): Status {
  const gates: readonly GateState[] = decision.type === 'upToDate' ? [] : decision.gates;
  if (decision.type === 'refuse') {
    return { phase: 'Refused', gates, message: decision.problems.map(({ message }) => message).join(' ') };
  }
  const waiting = gates.filter((gate) => gate.state === 'Waiting').map((gate) => gate.reason);
  return { phase: 'Pending', gates, message: waiting.join(' ') || 'Every gate is open.' };
}

const OUTCOMES = {
  upToDate: 'UpToDate',
  advance: 'WouldPromote',
  wait: 'Waiting',
  refuse: 'Refused',
} as const;

/** A decision as the person who asked for the promotion sees it. */
export function reportOf({ facts, target, source }: Gathered, decision: Decision): PromotionReport {
  return {
    delivery: target.spec.delivery,
    from: source.spec.environment,
    to: target.spec.environment,
    revision: facts.revision,
    outcome: OUTCOMES[decision.type],
    gates: decision.type === 'upToDate' ? [] : decision.gates,
    problems: decision.type === 'refuse' ? decision.problems : [],
    commits: facts.lineage.type === 'behind' ? facts.lineage.gains.slice(0, 20).map(formatCommit) : [],
  };
}
