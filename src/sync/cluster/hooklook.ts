import type { Clock } from '../../base/clock.ts';
import { lastWords } from '../../health/lastwords.ts';
import type { Verdict } from '../../health/verdict.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { JOBS, PODS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { isOfKind, type KubeObject, type ObjectRef } from '../../kube/values/types.ts';
import type { AppRun, HookRecord } from '../../model/types.ts';
import { isUnderWay } from '../plan/hooks/runs.ts';
import { settled } from '../plan/hooks/settle.ts';
import { refKey } from '../plan/refkey.ts';
import { judge, NOTHING_SEEN } from './judge.ts';
import { keyOf } from './observe.ts';

interface Looking {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Looks at the hooks that are under way, and says of each how it stands now. Writes nothing; without any it asks nothing. */
export async function lookAtHooks(runs: readonly AppRun[], looking: Looking): Promise<readonly AppRun[]> {
  return Promise.all(
    runs.map(async (run) => {
      if (!run.hooks?.some(isUnderWay)) return run;
      const hooks = await Promise.all(run.hooks.map((record) => lookAt(run, record, looking)));
      return { ...run, hooks };
    }),
  );
}

async function lookAt(run: AppRun, record: HookRecord, looking: Looking): Promise<HookRecord> {
  if (!isUnderWay(record)) return record;
  const { client, clock, signal } = looking;
  const { apiVersion, kind, namespace, name } = record;
  const ref: ObjectRef = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
  const resource = await client.resourceFor(ref);
  const live = resource && (await client.get(resource, keyOf(ref), { signal }).catch(notFoundAsUndefined));
  const verdict = live ? await verdictOf(ref, live, looking) : { state: 'Missing' as const };
  const next = settled(run, record, { live, verdict, now: clock.now() });
  if (next.state !== 'Failed' || live === undefined) return next;
  const log = await logOf(ref, client, signal);
  const said = log.filter((line) => !next.message?.includes(line));
  return said.length === 0 ? next : { ...next, message: [next.message, ...said].join('\n    ') };
}

async function verdictOf(
  ref: ObjectRef,
  live: KubeObject,
  { client, clock, signal }: Looking,
): Promise<Verdict> {
  const { verdict } = await judge(client, [ref], new Map([[refKey(ref), live]]), {
    seen: NOTHING_SEEN,
    clock,
    signal,
  });
  return verdict;
}

/** So much of a log is read for its last lines. */
const TAIL = { tailLines: 20, limitBytes: 16_384 };

/** The last lines that the newest pod of a Job, or a Pod, has written. A log that cannot be read explains nothing. */
async function logOf(ref: ObjectRef, client: KubeClient, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const pod = await podOf(ref, client, signal);
    if (pod === undefined) return [];
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const failed = statuses.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0) ?? statuses.at(-1);
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' };
    const container = failed ? { container: failed.name } : {};
    const chunks: Buffer[] = [];
    for await (const chunk of await client.logs(key, { ...TAIL, ...container, signal }))
      chunks.push(Buffer.from(chunk as Uint8Array));
    return lastWords(Buffer.concat(chunks).toString('utf8').trimEnd());
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

async function podOf(ref: ObjectRef, client: KubeClient, signal: AbortSignal): Promise<Pod | undefined> {
  const { namespace = '', name } = ref;
  if (isOfKind(ref, PODS)) return client.get(PODS, { namespace, name }, { signal });
  if (!isOfKind(ref, JOBS)) return undefined;
  const { items } = await client.list(PODS, { namespace, labelSelector: `job-name=${name}`, signal });
  const madeAt = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  return [...items].sort((a, b) => (madeAt(a) < madeAt(b) ? 1 : -1))[0];
}
