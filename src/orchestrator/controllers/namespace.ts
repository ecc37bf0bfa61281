import type { Again } from '../../base/queue.ts';
import type { DiscoveredResource } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import type { Namespace } from '../../kube/kinds/objects.data.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isNotFound, StatusError } from '../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from './context.ts';
import { type Emptying, emptyingConditions, isEmptied, type Remainder } from './namespaceconditions.ts';

const FINALIZER = 'kubernetes';
/** When to check objects again that end without a further action (pods in their grace period). */
const AGAIN_MS = 1_000;
const NEEDED = ['list', 'deletecollection'];
const isPods = ({ group, plural }: DiscoveredResource): boolean => group === '' && plural === 'pods';

/**
 * Empties a namespace that is being deleted, reports what still blocks it, and finalizes it when nothing is left
 * (Kubernetes `pkg/controller/namespace/deletion`). An aggregated API server that does not answer holds it up, as there: what that holds in
 * the namespace would be found again in the next one of the name.
 */
export function createNamespaceController({
  client,
  elsewhere,
  clock,
  logger,
  informers,
}: ControllerContext): Controller {
  const { namespaces } = informers;

  async function reconcile(name: string): Promise<Again> {
    const namespace = namespaces.get({ name });
    if (!namespace) return undefined;
    if (namespace.metadata.deletionTimestamp === undefined) return undefined;
    if (!namespace.spec?.finalizers?.includes(FINALIZER)) return undefined;
    const emptying = await emptyAll(name);
    if (isEmptied(emptying)) return finalize(namespace);
    await report(namespace, emptying);
    return { afterMs: AGAIN_MS };
  }

  /** Pods go first: while they run, what they refer to must be there (KEP-5080). */
  async function emptyAll(namespace: string): Promise<Emptying> {
    const resources = await removable();
    const pods = await emptyEach(resources.filter(isPods), namespace);
    if (pods.remainders.length > 0) return pods;
    const rest = await emptyEach(
      resources.filter((resource) => !isPods(resource)),
      namespace,
    );
    const remote = await elsewhere.emptyNamespace(namespace);
    return {
      remainders: [...rest.remainders, ...remote.remainders],
      failures: [...pods.failures, ...rest.failures, ...remote.failures],
      undiscovered: remote.undiscovered,
    };
  }

  async function emptyEach(resources: readonly DiscoveredResource[], namespace: string): Promise<Emptying> {
    const remainders: Remainder[] = [];
    const failures: string[] = [];
    for (const resource of resources) {
      try {
        const remainder = await empty(resource, namespace);
        if (remainder) remainders.push(remainder);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        failures.push(error.message);
      }
    }
    return { remainders, failures, undiscovered: [] };
  }

  async function removable(): Promise<readonly DiscoveredResource[]> {
    const all = await client.resources({ refresh: true });
    return all.filter(({ namespaced, verbs }) => namespaced && NEEDED.every((verb) => verbs.includes(verb)));
  }

  async function empty(resource: DiscoveredResource, namespace: string): Promise<Remainder | undefined> {
    try {
      await client.deleteCollection(resource, { namespace, propagationPolicy: 'Background' });
      const { items } = await client.list(resource, { namespace });
      return items.length === 0
        ? undefined
        : remainderOf(
            resource,
            items.map((item) => item.metadata.finalizers ?? []),
          );
    } catch (error) {
      // The definition of a custom resource may be deleted together with the namespace.
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async function report(namespace: Namespace, emptying: Emptying): Promise<void> {
    const before = namespace.status?.conditions ?? [];
    const conditions = emptyingConditions(before, emptying, clock.now());
    if (deepEqual(conditions, before)) return;
    const status = { ...namespace.status, conditions };
    await client.update(
      NAMESPACES,
      { ...namespace, status },
      { subresource: 'status', fieldManager: MANAGER },
    );
  }

  async function finalize(namespace: Namespace): Promise<Again> {
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    try {
      await client.update(
        NAMESPACES,
        { ...namespace, spec: { ...namespace.spec, finalizers } },
        { subresource: 'finalize', fieldManager: MANAGER },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  }

  return createController({
    name: 'namespace',
    clock,
    logger,
    watches: [watch(namespaces, (namespace) => [namespace.metadata.name ?? ''])],
    reconcile,
  });
}

function remainderOf(
  { plural, group }: DiscoveredResource,
  finalizersOfEach: readonly (readonly string[])[],
): Remainder {
  const finalizers: Record<string, number> = {};
  for (const finalizer of finalizersOfEach.flat()) finalizers[finalizer] = (finalizers[finalizer] ?? 0) + 1;
  return {
    resource: `${plural}.${group}`,
    count: finalizersOfEach.length,
    finalizers,
  };
}
