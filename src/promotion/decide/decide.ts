import type { Problem } from '../../base/errors.ts';
import type { Commit } from '../../git/types.ts';
import type { GateState, PromotionPolicy } from '../../model/types.ts';
import type { GateFacts } from '../gates/gate.ts';
import { evaluateGates } from '../gates/policy.ts';
import { formatCommit } from '../history/commits.ts';
import type { Lineage } from '../history/lineage.ts';
import { gatesOfOthers, type OtherSource } from '../record/fanin.ts';
import type { RejectionWord } from '../record/rejected.ts';

/** Everything that a promotion depends on; the decision is a pure function of it and of the time. */
export interface PromotionFacts extends GateFacts {
  /** `shop/prod`, and its branch, for messages. */
  readonly target: string;
  readonly targetBranch: string;
  /** Set when the target is held at a revision by a person. */
  readonly targetPin?: { readonly revision: string; readonly reason: string };
  readonly policy: PromotionPolicy;
  readonly lineage: Lineage;
  /** Further sources that have to have passed the revision. */
  readonly others: readonly OtherSource[];
  /** Commits of the target's branch that the revision does not have, newest first, where only a fast-forward may move it. */
  readonly inTheWay: readonly Commit[];
  /** Why the target waits for a person's decision about its branch; absent where it does not. */
  readonly targetHeld?: string;
  /** By whom nothing is done in the target now, and what ends that. */
  readonly targetSuspended?: string;
  /** Reverted on the target's branch, and about to come again: the commit of the source, and the one that reverted it. */
  readonly rejections: readonly { readonly revision: string; readonly commit: Commit }[];
  /** What people said against this revision, or against one of which it has all. */
  readonly words: readonly RejectionWord[];
  /** `shop/prod`: environments that followed the branch before, and whose gates it would bypass. */
  readonly bypasses: readonly string[];
  /** What is wrong with rendering and planning the target at the result; empty when it would go through. */
  readonly rehearsal: readonly Problem[];
}

export type Decision =
  | { readonly type: 'upToDate' }
  | { readonly type: 'advance'; readonly gates: readonly GateState[]; readonly commits: readonly Commit[] }
  /** Nothing is wrong; `until` says when waiting ends by itself, if it does. */
  | { readonly type: 'wait'; readonly gates: readonly GateState[]; readonly until?: string }
  /** A person has to do something first. */
  | {
      readonly type: 'refuse';
      readonly gates: readonly GateState[];
      readonly problems: readonly [Problem, ...Problem[]];
    };

export function decide(facts: PromotionFacts, now: number): Decision {
  const { lineage } = facts;
  if (lineage.type === 'level') return { type: 'upToDate' };
  const gates = [
    ...evaluateGates(facts.policy, 'promotion', facts, now),
    ...gatesOfOthers(facts.policy, facts, facts.others, now),
  ];
  const [first, ...rest] = refusals(facts, gates);
  if (first) return { type: 'refuse', gates, problems: [first, ...rest] };
  const waiting = gates.filter((gate) => gate.state === 'Waiting');
  if (waiting.length > 0) {
    // Only when every waiting gate opens by itself can a time be named: the latest of them.
    const times = waiting.flatMap((gate) => (gate.until ? [gate.until] : []));
    const until = times.length === waiting.length ? times.sort().at(-1) : undefined;
    return { type: 'wait', gates, ...(until ? { until } : {}) };
  }
  return { type: 'advance', gates, commits: lineage.type === 'behind' ? lineage.gains : [] };
}

function refusals(facts: PromotionFacts, gates: readonly GateState[]): readonly Problem[] {
  const { lineage, targetPin } = facts;
  return [
    ...(lineage.type === 'diverged' ? [divergence(facts, lineage.foreign)] : []),
    ...facts.words.map((word) => rejectedByWord(facts, word)),
    ...facts.rejections.map((rejection) => reverted(facts, rejection)),
    ...(facts.targetHeld === undefined
      ? []
      : [{ reason: 'TargetHeld', message: `${facts.target} is held: ${facts.targetHeld}` }]),
    ...(facts.targetSuspended === undefined
      ? []
      : [{ reason: 'TargetSuspended', message: `${facts.target} is ${facts.targetSuspended}` }]),
    ...(facts.inTheWay.length > 0 && lineage.type !== 'diverged' ? [notForward(facts)] : []),
    ...facts.bypasses.map((other) => sharedBranch(facts, other)),
    ...(lineage.type === 'ahead' ? [backwards(facts, lineage.promoted)] : []),
    ...(targetPin
      ? [
          {
            reason: 'TargetPinned',
            message: `${facts.target} is pinned to ${targetPin.revision.slice(0, 7)}${targetPin.reason ? ` (${targetPin.reason})` : ''}.`,
            remedy: `pilotage pin ${facts.target} --off`,
          },
        ]
      : []),
    ...gates
      .filter((gate) => gate.state === 'Blocked')
      .map((gate) => ({ reason: 'GateBlocked', message: gate.reason })),
    ...facts.rehearsal,
  ];
}

export function rejectedByWord(
  { target, revision }: Pick<PromotionFacts, 'target' | 'revision'>,
  word: RejectionWord,
): Problem {
  const of = word.revision === revision ? '' : `, and ${revision.slice(0, 7)} has all of it`;
  return {
    reason: 'RejectedByPerson',
    message: `${word.by} rejected ${word.revision.slice(0, 7)} for ${target} (${word.reason})${of}.`,
    remedy: `Correct it in the source; or take the word back: pilotage reject ${target} --off`,
  };
}

function reverted(
  { source, target, targetBranch, revision }: PromotionFacts,
  { revision: taken, commit }: PromotionFacts['rejections'][number],
): Problem {
  const carried = taken === revision ? 'it' : `${revision.slice(0, 7)} still has all of it and`;
  return {
    reason: 'Rejected',
    message: `${commit.author.name} reverted ${taken.slice(0, 7)} on ${targetBranch} (${formatCommit(commit)}); ${carried} is not promoted to ${target} again unless a person asks for it.`,
    remedy: `If it is meant: pilotage promote ${target} --again. If not: correct it, or revert it, in ${source}.`,
  };
}

function notForward({ source, target, targetBranch, revision, inTheWay }: PromotionFacts): Problem {
  return {
    reason: 'NotFastForward',
    message: `${targetBranch} cannot be fast-forwarded to ${revision.slice(0, 7)}: it has commits that ${source} does not have.`,
    details: inTheWay.slice(0, 10).map(formatCommit),
    remedy: `Merge ${targetBranch} into the branch of ${source} and push that; or leave out \`by: fast-forward\` of ${target}, which then gets a merge commit.`,
  };
}

function sharedBranch({ target, targetBranch }: PromotionFacts, other: string): Problem {
  return {
    reason: 'BranchShared',
    message: `${targetBranch} is the branch of ${other} too, and has been for longer; a promotion to ${target} would go round what leads to ${other}.`,
    remedy: `Give ${target} a branch of its own in pilotage.yaml, or the \`promotion:\` of ${other}.`,
  };
}

function backwards({ source, target, revision }: PromotionFacts, promoted: string): Problem {
  return {
    reason: 'TargetAhead',
    message: `${target} carries ${promoted.slice(0, 7)}, which is later than ${revision.slice(0, 7)} of ${source}; a promotion would take it back.`,
    remedy: `If that is meant: pilotage rollback ${target}. If not: pilotage pin ${source} --off`,
  };
}

function divergence(facts: PromotionFacts, foreign: readonly Commit[]): Problem {
  const count = foreign.length === 1 ? '1 commit that' : `${foreign.length} commits that`;
  return {
    reason: 'TargetDiverged',
    message: `${facts.target} has ${count} ${facts.source} lacks; a promotion would undo ${foreign.length === 1 ? 'it' : 'them'}.`,
    details: foreign.slice(0, 10).map(formatCommit),
    remedy: `Bring them to the source first: pilotage backport ${facts.target}; or by hand: check out its branch, \`git cherry-pick ${foreign
      .slice(0, 10)
      .map((commit) => commit.oid.slice(0, 10))
      .reverse()
      .join(' ')}\`, push; or revert them on ${facts.targetBranch} with \`git revert\`.`,
  };
}
