import type { WatchEvent } from '../../src/kube/client/client.ts';
import type { KubeObject, Resource } from '../../src/kube/values/types.ts';

/** Tells watchers what happens from the moment that they come: it has no history. */
export function createBroadcast() {
  const watchers = new Set<(event: WatchEvent, resource: Resource) => void>();

  function tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject, resource: Resource): void {
    for (const watcher of watchers) watcher({ type, object }, resource);
  }

  async function* watch(resource: Resource, options: { namespace?: string; signal: AbortSignal }) {
    const events: WatchEvent[] = [];
    let wake = () => {};
    const watcher = (event: WatchEvent, of: Resource) => {
      const { namespace } = event.object.metadata;
      if (of.group !== resource.group || of.plural !== resource.plural) return;
      if (options.namespace !== undefined && namespace !== options.namespace) return;
      events.push(event);
      wake();
    };
    watchers.add(watcher);
    const end = () => wake();
    options.signal.addEventListener('abort', end);
    try {
      while (!options.signal.aborted) {
        const event = events.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      watchers.delete(watcher);
      options.signal.removeEventListener('abort', end);
    }
  }

  return { tell, watch };
}
