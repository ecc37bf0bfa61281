import type { Clock } from '../../base/clock.ts';
import { lasting, type SeenIll } from '../../health/lasting.ts';
import { type Judged, rollup } from '../../health/rollup.ts';
import { type SeenReady, type Settled, settle, settledVerdict } from '../../health/settling.ts';
import { createUserRules, NO_RULES, type UserRules } from '../../health/userrules.ts';
import type { Verdict } from '../../health/verdict.ts';
import { currentPods, NOTHING_RELATED, type Related } from '../../health/verdicts.related.ts';
import { isExplainedByPods, isJudgedAsCustom, verdictOf } from '../../health/verdicts.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { EVENTS, JOBS, PODS, REPLICA_SETS } from '../../kube/kinds/resources.data.ts';
import { formatRef, isOfKind, type KubeObject, type ObjectRef } from '../../kube/values/types.ts';
import { refKey } from '../plan/refkey.ts';

export interface Judgement {
  readonly verdict: Verdict;
  readonly judged: readonly Judged[];
  /** To be handed in again next time. */
  readonly seen: Seen;
  /** When what was seen has been so for long enough, in milliseconds from now; 0 where nothing is waited for. */
  readonly settlesMs: number;
}

/** Since when pods are ready and custom resources ill. */
export interface Seen {
  readonly ready: SeenReady;
  readonly ill: SeenIll;
}

export const NOTHING_SEEN: Seen = { ready: new Map(), ill: new Map() };

export interface JudgeOptions {
  readonly seen: Seen;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What people say of kinds. */
  readonly rules?: UserRules;
}

/** Is the whole well? Pods say how long a workload has been; events are read only where one is not, to name the cause. */
export async function judge(
  client: KubeClient,
  refs: readonly ObjectRef[],
  live: ReadonlyMap<string, KubeObject>,
  { seen, clock, signal, rules = NO_RULES }: JudgeOptions,
): Promise<Judgement> {
  const now = { wall: clock.now(), monotonic: clock.monotonic() };
  const related = relatedOnce(client, now.wall, signal);
  const people = createUserRules(rules);
  const judged: Judged[] = [];
  const settled: Settled[] = [];
  const ill = new Map<string, number>();
  let settlesMs = 0;
  for (const ref of refs) {
    const object = live.get(refKey(ref));
    let verdict = await judgeOne(client, ref, object);
    const isWorkload = isExplainedByPods(ref) || isOfKind(ref, PODS);
    if (object && isWorkload && ref.namespace) {
      const known = await related(ref.namespace, verdict.state !== 'Healthy');
      if (verdict.state !== 'Healthy') verdict = verdictOf(object, known);
      else if (!isOfKind(ref, JOBS)) {
        const found = settle(podsOf(object, known), seen.ready, now, minReadySecondsOf(object));
        settled.push(found);
        verdict = settledVerdict(verdict, found);
        settlesMs = Math.max(settlesMs, found.leftMs);
      }
    } else if (object && isJudgedAsCustom(object)) {
      const found = lasting(verdict, object, seen.ill, now.monotonic);
      for (const [key, since] of found.seen) ill.set(key, since);
      ({ verdict } = found);
      settlesMs = Math.max(settlesMs, found.leftMs);
    }
    if (object) verdict = people.judge(object, verdict);
    judged.push({ name: formatRef(ref), verdict });
  }
  return {
    verdict: rollup(judged),
    judged,
    seen: { ready: new Map(settled.flatMap(({ seen }) => [...seen])), ill },
    settlesMs: Math.ceil(settlesMs),
  };
}

const podsOf = (object: KubeObject, known: Related): readonly Pod[] =>
  isOfKind(object, PODS) ? [object as Pod] : currentPods(object, known);

const minReadySecondsOf = ({ spec }: KubeObject & { readonly spec?: { minReadySeconds?: number } }): number =>
  spec?.minReadySeconds ?? 0;

/** Each namespace is read once, its events when they are first asked for. */
function relatedOnce(client: KubeClient, now: number, signal: AbortSignal) {
  const known = new Map<string, Related>();
  const explained = new Set<string>();
  return async (namespace: string, withEvents: boolean): Promise<Related> => {
    const before = known.get(namespace);
    if (before && (!withEvents || explained.has(namespace))) return before;
    if (withEvents) explained.add(namespace);
    const read = { ...(await relatedIn(client, namespace, withEvents, signal)), now };
    known.set(namespace, read);
    return read;
  };
}

/** One object by itself. What its kind could say is asked for only where its status says nothing. */
export async function judgeOne(
  client: KubeClient,
  ref: ObjectRef,
  object: KubeObject | undefined,
): Promise<Verdict> {
  if (object === undefined || object.status !== undefined) return verdictOf(object);
  const resource = await client.resourceFor(ref);
  const statusSubresource = resource?.subresources.includes('status') ?? false;
  return verdictOf(object, NOTHING_RELATED, { statusSubresource });
}

/** A namespace that cannot be read explains nothing, and is no reason to fail. */
async function relatedIn(
  client: KubeClient,
  namespace: string,
  withEvents: boolean,
  signal: AbortSignal,
): Promise<Related> {
  try {
    const [pods, replicaSets, events] = await Promise.all([
      client.list(PODS, { namespace, signal }),
      client.list(REPLICA_SETS, { namespace, signal }),
      withEvents ? client.list(EVENTS, { namespace, fieldSelector: 'reason=Unhealthy', signal }) : undefined,
    ]);
    return { pods: pods.items, replicaSets: replicaSets.items, events: events?.items ?? [] };
  } catch {
    signal.throwIfAborted();
    return NOTHING_RELATED;
  }
}
