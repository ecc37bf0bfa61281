import { type Condition, type NewCondition, replaceCondition } from '../../kube/values/condition.ts';

/** What is left of one resource in a namespace that is being emptied. */
export interface Remainder {
  /** `deployments.apps`, and `pods.` where the group has no name. */
  readonly resource: string;
  readonly count: number;
  /** Finalizer → number of objects that wait for it. */
  readonly finalizers: Readonly<Record<string, number>>;
}

/** What a pass over a namespace that is being emptied came to. */
export interface Emptying {
  readonly remainders: readonly Remainder[];
  /** Why content could not be deleted. */
  readonly failures: readonly string[];
  /** Group-versions of which nobody knows what they hold, `example.com/v1: why`. */
  readonly undiscovered: readonly string[];
}

export const isEmptied = ({ remainders, failures, undiscovered }: Emptying): boolean =>
  remainders.length + failures.length + undiscovered.length === 0;

/** The conditions in which Kubernetes reports what blocks a namespace (`pkg/controller/namespace/deletion/status_condition_utils.go`). */
export const emptyingConditions = (
  before: readonly Condition[],
  emptying: Emptying,
  now: number,
): readonly Condition[] =>
  conditionsOf(emptying).reduce(
    (conditions, one) => (isReported(conditions, one) ? conditions : replaceCondition(conditions, one, now)),
    before,
  );

const isReported = (conditions: readonly Condition[], { type, status, message }: NewCondition): boolean =>
  conditions.some((one) => one.type === type && one.status === status && one.message === message);

function conditionsOf({ remainders, failures, undiscovered }: Emptying): readonly NewCondition[] {
  const content = remainders
    .map(({ resource, count }) => `${resource} has ${count} resource instances`)
    .sort();
  const errors = [...failures].sort();
  return [
    undiscovered.length > 0
      ? blocked(
          'NamespaceDeletionDiscoveryFailure',
          'DiscoveryFailed',
          `Discovery failed for some groups, ${undiscovered.length} failing: unable to retrieve the complete list of server APIs: ${[...undiscovered].sort().join(', ')}`,
        )
      : fine(
          'NamespaceDeletionDiscoveryFailure',
          'ResourcesDiscovered',
          'All resources successfully discovered',
        ),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    errors.length > 0
      ? blocked(
          'NamespaceDeletionContentFailure',
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${errors.length} remaining: ${errors.join(', ')}`,
        )
      : fine(
          'NamespaceDeletionContentFailure',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    content.length > 0
      ? blocked(
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          `Some resources are remaining: ${content.join(', ')}`,
        )
      : fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
    finalizersCondition(remainders),
  ];
}

function finalizersCondition(remainders: readonly Remainder[]): NewCondition {
  const totals = new Map<string, number>();
  for (const [finalizer, count] of remainders.flatMap(({ finalizers }) => Object.entries(finalizers))) {
    totals.set(finalizer, (totals.get(finalizer) ?? 0) + count);
  }
  const waits = [...totals].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
  return waits.length > 0
    ? blocked(
        'NamespaceFinalizersRemaining',
        'SomeFinalizersRemain',
        `Some content in the namespace has finalizers remaining: ${waits.join(', ')}`,
      )
    : fine(
        'NamespaceFinalizersRemaining',
        'ContentHasNoFinalizers',
        'All content-preserving finalizers finished',
      );
}

const fine = (type: string, reason: string, message: string): NewCondition => ({
  type,
  status: 'False',
  reason,
  message,
});
const blocked = (type: string, reason: string, message: string): NewCondition => ({
  type,
  status: 'True',
  reason,
  message,
});
