import { type Clock, sleep } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { byOwner, keepOnly } from '../../../kube/client/cache.ts';
import type { DiscoveredResource, KubeClient } from '../../../kube/client/client.ts';
import { createInformer, type Informer, type Listener } from '../../../kube/client/informer.ts';
import { EVENTS, EVENTS_K8S_IO_EVENTS } from '../../../kube/kinds/resources.data.ts';
import { isSameResource, type KubeObject, type Resource } from '../../../kube/values/types.ts';
import type { Elsewhere } from '../context.ts';

/** An object and its resource. */
export interface Found {
  readonly resource: DiscoveredResource;
  readonly object: KubeObject;
}

/** Caches of every kind that can be listed, watched and deleted; they come and go with custom resources and other API servers. */
export interface Monitors {
  /**
   * Starts caches for new kinds and stops those of removed kinds, or of servers that do not answer; resolves when all have their first
   * list. For those of other servers nobody waits longer than five seconds.
   */
  refresh(signal: AbortSignal): Promise<void>;
  find(uid: string): Found | undefined;
  dependentsOf(uid: string): readonly Found[];
}

interface Monitor {
  readonly resource: DiscoveredResource;
  readonly isElsewhere: boolean;
  readonly informer: Informer<KubeObject>;
  readonly stop: AbortController;
  readonly byUid: (uid: string) => readonly KubeObject[];
  readonly byOwnerUid: (uid: string) => readonly KubeObject[];
}

/** By plural and group: one version of each kind is enough, they show the same objects. */
function watched(resources: readonly DiscoveredResource[]): ReadonlyMap<string, DiscoveredResource> {
  const wanted = new Map<string, DiscoveredResource>();
  for (const resource of resources) {
    if (!NEEDED.every((verb) => resource.verbs.includes(verb)) || isEvents(resource)) continue;
    const key = `${resource.plural}.${resource.group}`;
    if (!wanted.has(key)) wanted.set(key, resource);
  }
  return wanted;
}

/** All that garbage collection asks of an object: which one it is, whose, and whether it is leaving. */
const relationsOf = keepOnly([
  ...(['name', 'namespace', 'uid', 'resourceVersion'] as const),
  ...(['ownerReferences', 'finalizers', 'deletionTimestamp'] as const),
]);

const NEEDED = ['list', 'watch', 'delete'];
/** These have no owners, and expire. */
const isEvents = (resource: Resource): boolean =>
  [EVENTS, EVENTS_K8S_IO_EVENTS].some((events) => isSameResource(events, resource));

/** Of one kind of another server. Kubernetes waits for thirty seconds, and then goes on with what it has. */
const MOST_ELSEWHERE = 20_000;
const PATIENCE_MS = 5_000;

export interface MonitorsOptions {
  /** Knows the kinds of this server alone. */
  readonly here: KubeClient;
  readonly elsewhere: Pick<Elsewhere, 'client' | 'isReachable'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createMonitors(
  { here, elsewhere, clock, logger }: MonitorsOptions,
  listener: Listener<KubeObject>,
): Monitors {
  const monitors = new Map<string, Monitor>();

  function open(resource: DiscoveredResource, isElsewhere: boolean, signal: AbortSignal): Monitor {
    const bounds = isElsewhere ? { most: MOST_ELSEWHERE, transform: relationsOf } : {};
    const client = isElsewhere ? elsewhere.client : here;
    const informer = createInformer({ client, resource, clock, logger, ...bounds });
    const stop = new AbortController();
    const monitor = {
      resource,
      isElsewhere,
      informer,
      stop,
      byUid: informer.index((object) => [object.metadata.uid ?? '']),
      byOwnerUid: informer.index(byOwner),
    };
    informer.listen(listener);
    informer.start(AbortSignal.any([signal, stop.signal]));
    return monitor;
  }

  function findAll(pick: (monitor: Monitor) => readonly KubeObject[]): Found[] {
    return [...monitors.values()].flatMap((monitor) =>
      pick(monitor).map((object) => ({ resource: monitor.resource, object })),
    );
  }

  const synced = ({ informer, isElsewhere }: Monitor): Promise<void> =>
    isElsewhere && !informer.isSynced
      ? Promise.race([informer.synced, sleep(clock, PATIENCE_MS)])
      : informer.synced;

  return {
    async refresh(signal) {
      const own = watched(await here.resources({ refresh: true }));
      const others = watched(
        (await elsewhere.client.resources()).filter(({ group, version }) =>
          elsewhere.isReachable(group, version),
        ),
      );
      const wanted = new Map([...others, ...own]);
      for (const [key, { stop }] of monitors) {
        if (wanted.has(key)) continue;
        stop.abort(new Error('the kind is no longer served'));
        monitors.delete(key);
      }
      for (const [key, resource] of wanted) {
        if (!monitors.has(key)) monitors.set(key, open(resource, !own.has(key), signal));
      }
      // A kind that is removed during its first list must not hold up the others.
      await Promise.allSettled([...monitors.values()].map(synced));
    },
    find: (uid) => findAll(({ byUid }) => byUid(uid))[0],
    dependentsOf: (uid) => findAll(({ byOwnerUid }) => byOwnerUid(uid)),
  };
}
