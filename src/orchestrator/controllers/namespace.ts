import type { Again } from '../../base/queue.ts';
import type { DiscoveredResource } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import type { Namespace } from '../../kube/kinds/objects.data.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { type Condition, replaceCondition } from '../../kube/values/condition.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isNotFound } from '../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from './context.ts';

/** What is left of one resource in a namespace that is being emptied. */
export interface Remainder {
  readonly resource: string;
  readonly count: number;
  /** Finalizer → number of objects that wait for it. */
  readonly finalizers: Readonly<Record<string, number>>;
}

const FINALIZER = 'kubernetes';
/** When to check objects again that end without a further action (pods in their grace period). */
const AGAIN_MS = 1_000;
const NEEDED = ['list', 'deletecollection'];

/**
 * Empties a namespace that is being deleted, reports what still blocks it, and finalizes it when nothing is left
 * (Kubernetes `pkg/controller/namespace/deletion`).
 */
export function createNamespaceController({
  client,
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
    const remainders: Remainder[] = [];
    for (const resource of await removable()) {
      const remainder = await empty(resource, name);
      if (remainder) remainders.push(remainder);
    }
    if (remainders.length === 0) return finalize(namespace);
    await report(namespace, remainders);
    return { afterMs: AGAIN_MS };
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

  async function report(namespace: Namespace, remainders: readonly Remainder[]): Promise<void> {
    const before = namespace.status?.conditions ?? [];
    const conditions = remainingConditions(before, remainders, clock.now());
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
    resource: group === '' ? plural : `${plural}.${group}`,
    count: finalizersOfEach.length,
    finalizers,
  };
}

/** The two conditions in which Kubernetes reports what blocks a namespace (`status_condition_utils.go`). */
export function remainingConditions(
  before: readonly Condition[],
  remainders: readonly Remainder[],
  now: number,
): readonly Condition[] {
  const content = remainders.map(({ resource, count }) => `${resource} has ${count} resource instances`);
  const waits = remainders.flatMap(({ finalizers }) => Object.entries(finalizers));
  const totals = new Map<string, number>();
  for (const [finalizer, count] of waits) totals.set(finalizer, (totals.get(finalizer) ?? 0) + count);
  const finalizers = [...totals]
    .sort()
    .map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const next = [
    conditionOf('NamespaceContentRemaining', 'SomeResourcesRemain', 'ContentRemoved', content, [
      'Some resources are remaining: ',
      'All content successfully removed',
    ]),
    conditionOf(
      'NamespaceFinalizersRemaining',
      'SomeFinalizersRemain',
      'ContentHasNoFinalizers',
      finalizers,
      [
        'Some content in the namespace has finalizers remaining: ',
        'All content-preserving finalizers finished',
      ],
    ),
  ];
  return next.reduce(
    (conditions, one) => (isTold(conditions, one) ? conditions : replaceCondition(conditions, one, now)),
    before,
  );
}

type Told = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

const isTold = (conditions: readonly Condition[], { type, status, message }: Told): boolean =>
  conditions.some((one) => one.type === type && one.status === status && one.message === message);

function conditionOf(
  type: string,
  someReason: string,
  noneReason: string,
  items: readonly string[],
  [some, none]: readonly [string, string],
): Told {
  return items.length > 0
    ? { type, status: 'True', reason: someReason, message: `${some}${items.join(', ')}` }
    : { type, status: 'False', reason: noneReason, message: none };
}
