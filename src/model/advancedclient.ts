import type { KubeClient } from '../kube/client/client.ts';
import type { Watch } from '../kube/client/controller.ts';
import type { Informer } from '../kube/client/informer.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import type { KubeList, KubeObject, Resource } from '../kube/values/types.ts';
import { advanced, advancedSince } from './advanced.ts';
import { deliveryOf } from './names.ts';
import { DELIVERIES, type Delivery, ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from './types.ts';

/**
 * The same client, whose environments are as they stand (`advanced`) and not as their own records say: a read of one costs a read of its
 * Delivery too. What is written back is whole, so that such a record needs no Delivery any more. Only a watch gives the records alone: `advancedInformer` completes them.
 */
export function advancedClient(client: KubeClient): KubeClient {
  const ownerOf = (name: string): Promise<Delivery | undefined> =>
    client
      .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: deliveryOf(name) })
      .catch(notFoundAsUndefined);

  /** The Delivery first: what an environment was advanced to may be overtaken by its own record meanwhile, never the other way round. */
  async function completed<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    ask: () => Promise<T>,
  ): Promise<T> {
    if (!isEnvironment(resource)) return ask();
    const delivery = await ownerOf(name);
    return advanced((await ask()) as unknown as Environment, delivery) as unknown as T;
  }

  async function list<T extends KubeObject>(
    resource: Resource<T>,
    ask: () => Promise<KubeList<T>>,
  ): Promise<KubeList<T>> {
    if (!isEnvironment(resource)) return ask();
    const { items } = await client.list(DELIVERIES, { namespace: PILOTAGE_NAMESPACE });
    const owners = new Map(items.map((delivery) => [delivery.metadata.name ?? '', delivery]));
    const found = await ask();
    const whole = (found.items as unknown as readonly Environment[]).map((one) =>
      advanced(one, owners.get(one.spec.delivery)),
    );
    return { ...found, items: whole as unknown as readonly T[] };
  }

  return {
    ...client,
    get: (resource, key, options) => completed(resource, key.name, () => client.get(resource, key, options)),
    list: (resource, options) => list(resource, () => client.list(resource, options)),
    update: (resource, object, options) =>
      // What comes back is as whole as what was written.
      options?.subresource === 'status'
        ? client.update(resource, object, options)
        : completed(resource, object.metadata.name ?? '', () => client.update(resource, object, options)),
    patch: (resource, key, patch, options) =>
      completed(resource, key.name, () => client.patch(resource, key, patch, options)),
  };
}

/**
 * The environments of an informer as they stand. Its listeners are called for changes of their own records alone, and its indexes are
 * by values of these.
 */
export function advancedInformer(
  environments: Informer<Environment>,
  deliveries: Informer<Delivery>,
): Informer<Environment> {
  const now = (one: Environment): Environment =>
    advanced(one, deliveries.get({ namespace: PILOTAGE_NAMESPACE, name: one.spec.delivery }));
  return {
    start(signal) {
      for (const informer of [deliveries, environments]) informer.start(signal);
    },
    get synced() {
      return Promise.all([environments.synced, deliveries.synced]).then(() => undefined);
    },
    get isSynced() {
      return environments.isSynced && deliveries.isSynced;
    },
    get(key) {
      const found = environments.get(key);
      return found && now(found);
    },
    list: () => environments.list().map(now),
    index(values) {
      const index = environments.index(values);
      return (value) => index(value).map(now);
    },
    listen: (listener) =>
      environments.listen({
        add: (environment) => listener.add?.(now(environment)),
        update: (environment, before) => listener.update?.(now(environment), now(before)),
        delete: (before) => listener.delete?.(now(before)),
      }),
  };
}

/** The deliveries and environments of the home in memory, one of each for all that watch them. */
export interface Watched {
  readonly deliveries: Informer<Delivery>;
  /** As they stand: an `advancedInformer`. */
  readonly environments: Informer<Environment>;
}

/**
 * The keys that a commit concerns which leaves an environment alone: it advances the environment in the status of its Delivery, so that no
 * listener of environments hears of it. `keys` is called for each environment that was advanced so, as it stands since.
 */
export function watchAdvances(
  { deliveries, environments }: Watched,
  keys: (environment: Environment) => readonly string[],
): Watch {
  const byUid = environments.index(uidOf);
  return {
    synced: deliveries.synced,
    start: (signal) => deliveries.start(signal),
    connect(enqueue) {
      const wake = (delivery: Delivery, before?: Delivery): void => {
        for (const environment of advancedSince(delivery, before).flatMap(byUid))
          keys(environment).forEach(enqueue);
      };
      return deliveries.listen({ add: wake, update: wake });
    },
  };
}

const uidOf = ({ metadata: { uid } }: Environment): readonly string[] => (uid === undefined ? [] : [uid]);

const isEnvironment = ({ group, plural }: Resource): boolean =>
  group === ENVIRONMENTS.group && plural === ENVIRONMENTS.plural;
