import type { PodDisruptionBudget } from '../../kube/kinds/objects.data.ts';
import { splitByBudgets } from './budgets.ts';
import { type Checks, type NamedRefusal, prepareChecks } from './checks.ts';
import { fitError, type Unschedulable } from './decide.ts';
import { addPod, copyOf, type NodeInfo, removePod } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { View } from './view.ts';

export type Preemption =
  /** Victims, the most important first, make way on the node. */
  | { readonly type: 'nominate'; readonly node: string; readonly victims: readonly PodInfo[] }
  /** The pod waits for those that make way already, or may not ask anybody to; what it was promised stays. */
  | { readonly type: 'wait'; readonly message: string }
  /** Nobody's end would help, so nothing is promised any more. */
  | { readonly type: 'useless'; readonly message: string };

/** At least so many nodes are tried, or a tenth of all (DefaultPreemptionArgs). */
const CANDIDATES = { share: 0.1, least: 100 };

/**
 * Whether pods of lower priority make way for one that fits nowhere, which of them and where: as few and as unimportant as can be, and
 * against a disruption budget only where nothing else helps (Kubernetes `pkg/scheduler/framework/preemption/preemption.go` and
 * `plugins/defaultpreemption`). `isMakingWay`: it has been asked to, whatever it says itself.
 */
export function preempt(
  pod: PodInfo,
  { refusals }: Unschedulable,
  view: View,
  budgets: readonly PodDisruptionBudget[],
  isMakingWay: (pod: PodInfo) => boolean,
): Preemption {
  const obstacle = ineligible(pod, refusals, view, isMakingWay);
  if (obstacle) return { type: 'wait', message: `preemption: ${obstacle}` };
  const tried = new Map<string, string[]>();
  const candidates: Candidate[] = [];
  // Nothing is gone through for a pod that nobody's end would help.
  const mayHelp = [...refusals.values()].some(({ mayYield }) => mayYield);
  const checks = mayHelp ? prepareChecks(pod, view) : undefined;
  const most = Math.max(CANDIDATES.least, Math.floor(view.nodes.length * CANDIDATES.share));
  for (const [name, { mayYield }] of refusals) {
    const info = mayYield && candidates.length < most ? view.node(name) : undefined;
    if (!info || !checks || 'message' in checks) continue;
    const found = victimsOn(info, pod, checks, budgets);
    if ('reasons' in found) tried.set(name, [...found.reasons]);
    else candidates.push(found);
  }
  const [chosen] = candidates.sort(compareCandidates);
  if (chosen) return { type: 'nominate', node: chosen.node, victims: chosen.victims };
  const reasons = view.nodes.flatMap(
    ({ name }) => tried.get(name) ?? ['Preemption is not helpful for scheduling'],
  );
  return { type: 'useless', message: `preemption: ${fitError(view.nodes.length, reasons)}` };
}

function ineligible(
  pod: PodInfo,
  refusals: ReadonlyMap<string, NamedRefusal>,
  view: View,
  isMakingWay: (pod: PodInfo) => boolean,
): string | undefined {
  if (pod.pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = view.node(view.nominationOf(pod.uid) ?? '');
  if (!nominated || refusals.get(nominated.name)?.mayYield === false) return undefined;
  const makesWay = [...nominated.pods.values()].some(
    (other) => other.priority < pod.priority && isMakingWay(other),
  );
  return makesWay ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

interface Candidate {
  readonly node: string;
  readonly victims: readonly PodInfo[];
  /** So many of them against a budget. */
  readonly violations: number;
}

/** First all that may go do, then as many as possible are spared, those that a budget protects and the most important first. */
function victimsOn(
  info: NodeInfo,
  pod: PodInfo,
  checks: Checks,
  budgets: readonly PodDisruptionBudget[],
): Candidate | { readonly reasons: readonly string[] } {
  const lesser = [...info.pods.values()].filter(({ priority }) => priority < pod.priority);
  if (lesser.length === 0) return { reasons: ['No preemption victims found for incoming pod'] };
  const left = copyOf(info);
  const gone = new Set<PodInfo>();
  const go = (victim: PodInfo) => {
    removePod(left, victim.uid);
    checks.shift(info, victim, -1);
    gone.add(victim);
  };
  const stay = (victim: PodInfo) => {
    addPod(left, victim);
    checks.shift(info, victim, 1);
    gone.delete(victim);
  };
  /** What was tried must not be seen by the next node. */
  const restored = <T>(result: T): T => {
    for (const victim of gone) checks.shift(info, victim, 1);
    return result;
  };
  for (const victim of lesser) go(victim);
  const refusal = checks.refusal(left);
  if (refusal) return restored({ reasons: refusal.reasons });
  const spare = (victim: PodInfo): boolean => {
    stay(victim);
    const fits = checks.refusal(left) === undefined;
    if (!fits) go(victim);
    return fits;
  };
  const { violating, others } = splitByBudgets(lesser.sort(byImportance), budgets);
  const violations = violating.filter((victim) => !spare(victim)).length;
  for (const victim of others) spare(victim);
  return restored({ node: info.name, victims: [...gone].sort(byImportance), violations });
}

/** The most important first: of equal priority, the one that has run for longest (`pkg/scheduler/util/utils.go` MoreImportantPod). */
const byImportance = (a: PodInfo, b: PodInfo): number =>
  b.priority - a.priority || startedAt(a) - startedAt(b) || (a.key < b.key ? -1 : 1);

/** One that has not started is taken to start now. */
const startedAt = ({ pod }: PodInfo): number =>
  pod.status?.startTime === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(pod.status.startTime);

/** So that few victims of a low priority weigh less than many: all summands are positive. */
const ABOVE_ZERO = 2 ** 31;

/** The better one first (pickOneNodeForPreemption). */
function compareCandidates(a: Candidate, b: Candidate): number {
  const highest = ({ victims }: Candidate): number => victims[0]?.priority ?? 0;
  const sum = ({ victims }: Candidate): number =>
    victims.reduce((total, { priority }) => total + priority + ABOVE_ZERO, 0);
  /** When the first of the most important victims started. */
  const earliest = (candidate: Candidate): number =>
    Math.min(...candidate.victims.filter(({ priority }) => priority === highest(candidate)).map(startedAt));
  return (
    a.violations - b.violations ||
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    earliest(b) - earliest(a) ||
    (a.node < b.node ? -1 : 1)
  );
}
