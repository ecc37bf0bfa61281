import { type Judged, rollup } from '../health/rollup.ts';
import type { Verdict } from '../health/verdict.ts';
import { NOTHING_RELATED, type Related } from '../health/verdicts.related.ts';
import { EXPLAINED_BY_PODS, verdictOf } from '../health/verdicts.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Service } from '../kube/objects.ts';
import { EVENTS, PODS, REPLICA_SETS } from '../kube/resources.ts';
import { formatRef, type KubeObject, type ObjectRef } from '../kube/types.ts';
import { refKey } from './refkey.ts';

export interface Judgement {
  readonly verdict: Verdict;
  readonly judged: readonly Judged[];
}

/** Is the whole well? Pods and events are read only where a workload is not, to name the cause. */
export async function judge(
  client: KubeClient,
  refs: readonly ObjectRef[],
  live: ReadonlyMap<string, KubeObject>,
  signal: AbortSignal,
): Promise<Judgement> {
  const related = new Map<string, Related>();
  const judged: Judged[] = [];
  for (const ref of refs) {
    const object = live.get(refKey(ref));
    let verdict = await judgeOne(client, ref, object);
    if (object && verdict.state !== 'Healthy' && EXPLAINED_BY_PODS.has(ref.kind) && ref.namespace) {
      const known = related.get(ref.namespace) ?? (await relatedIn(client, ref.namespace, signal));
      related.set(ref.namespace, known);
      verdict = verdictOf(object, known);
    }
    judged.push({ name: formatRef(ref), verdict });
  }
  return { verdict: rollup(judged), judged };
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
async function relatedIn(client: KubeClient, namespace: string, signal: AbortSignal): Promise<Related> {
  try {
    const [pods, replicaSets, events] = await Promise.all([
      client.list(PODS, { namespace, signal }),
      client.list(REPLICA_SETS, { namespace, signal }),
      client.list(EVENTS, { namespace, fieldSelector: 'reason=Unhealthy', signal }),
    ]);
    return { pods: pods.items, replicaSets: replicaSets.items, events: events.items };
  } catch {
    signal.throwIfAborted();
    return NOTHING_RELATED;
  }
}

/** Where the services of an environment of this machine answer: its node ports. */
export function urlsOf(objects: Iterable<KubeObject>): readonly string[] {
  const urls: string[] = [];
  for (const object of objects) {
    if (object.kind !== 'Service' || object.apiVersion !== 'v1') continue;
    for (const port of (object as Service).spec.ports ?? []) {
      if (port.nodePort === undefined || (port.protocol ?? 'TCP') !== 'TCP') continue;
      const scheme = port.name === 'https' || port.port === 443 ? 'https' : 'http';
      urls.push(`${scheme}://127.0.0.1:${port.nodePort}`);
    }
  }
  return urls;
}
