import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { byOwner } from '../../../kube/client/cache.ts';
import type { DiscoveredResource, KubeClient } from '../../../kube/client/client.ts';
import { createInformer, type Informer, type Listener } from '../../../kube/client/informer.ts';
import { EVENTS, EVENTS_K8S_IO_EVENTS } from '../../../kube/kinds/resources.data.ts';
import { isSameResource, type KubeObject, type Resource } from '../../../kube/values/types.ts';

/** An object and its resource. */
export interface Found {
  readonly resource: DiscoveredResource;
  readonly object: KubeObject;
}

/** Caches of every kind that can be listed, watched and deleted; they come and go with custom resources. */
export interface Monitors {
  /** Starts caches for new kinds and stops those of removed kinds; resolves when all have their first list. */
  refresh(signal: AbortSignal): Promise<void>;
  find(uid: string): Found | undefined;
  dependentsOf(uid: string): readonly Found[];
}

interface Monitor {
  readonly resource: DiscoveredResource;
  readonly informer: Informer<KubeObject>;
  readonly stop: AbortController;
  readonly byUid: (uid: string) => readonly KubeObject[];
  readonly byOwnerUid: (uid: string) => readonly KubeObject[];
}

const NEEDED = ['list', 'watch', 'delete'];
/** These have no owners, and expire. */
const isEvents = (resource: Resource): boolean =>
  [EVENTS, EVENTS_K8S_IO_EVENTS].some((events) => isSameResource(events, resource));

export function createMonitors(
  client: KubeClient,
  clock: Clock,
  logger: Logger,
  listener: Listener<KubeObject>,
): Monitors {
  const monitors = new Map<string, Monitor>();

  function open(resource: DiscoveredResource, signal: AbortSignal): Monitor {
    const informer = createInformer({ client, resource, clock, logger });
    const stop = new AbortController();
    const monitor = {
      resource,
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

  return {
    async refresh(signal) {
      const wanted = new Map<string, DiscoveredResource>();
      for (const resource of await client.resources({ refresh: true })) {
        if (!NEEDED.every((verb) => resource.verbs.includes(verb)) || isEvents(resource)) continue;
        // One version of each kind is enough: they show the same objects.
        const key = `${resource.plural}.${resource.group}`;
        if (!wanted.has(key)) wanted.set(key, resource);
      }
      for (const [key, { stop }] of monitors) {
        if (wanted.has(key)) continue;
        stop.abort(new Error('the kind is no longer served'));
        monitors.delete(key);
      }
      for (const [key, resource] of wanted) {
        if (!monitors.has(key)) monitors.set(key, open(resource, signal));
      }
      // A kind that is removed during its first list must not hold up the others.
      await Promise.allSettled([...monitors.values()].map(({ informer }) => informer.synced));
    },
    find: (uid) => findAll(({ byUid }) => byUid(uid))[0],
    dependentsOf: (uid) => findAll(({ byOwnerUid }) => byOwnerUid(uid)),
  };
}
