import type { KubeClient } from '../../../kube/client/client.ts';
import type { Resource } from '../../../kube/values/types.ts';
import type { Elsewhere } from '../context.ts';

/** Enough wait for other servers already: try again later. */
export class Busy extends Error {}

/** Requests that may wait for other servers at the same time. */
const MOST = 4;

/**
 * The client of all servers, of which few requests wait for other servers than this one: one that does not answer must leave workers to
 * what is here. One request more rejects with Busy, before it is made.
 */
export function fewElsewhere({
  client,
  isReachable,
}: Pick<Elsewhere, 'client' | 'isReachable'>): Pick<KubeClient, 'get' | 'patch' | 'delete'> {
  let waiting = 0;
  const ask = async <T>({ group, version }: Resource, request: () => Promise<T>): Promise<T> => {
    // One that is known to be dead is refused at once.
    if (!isReachable(group, version)) return request();
    if (waiting >= MOST) throw new Busy(`${MOST} requests wait for other API servers`);
    waiting += 1;
    try {
      return await request();
    } finally {
      waiting -= 1;
    }
  };
  return {
    get: (resource, ...rest) => ask(resource, () => client.get(resource, ...rest)),
    patch: (resource, ...rest) => ask(resource, () => client.patch(resource, ...rest)),
    delete: (resource, ...rest) => ask(resource, () => client.delete(resource, ...rest)),
  };
}
