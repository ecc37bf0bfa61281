import { type FieldError, invalid } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { atLeast, none } from './checks.ts';
import { numberAt } from './read.ts';

/**
 * The counts in a status of what makes replicas: none below zero, none above `replicas`, and no more available than ready
 * (Kubernetes `pkg/apis/apps/validation/validation.go`, ValidateReplicaSetStatus and its like).
 */
export function countsWithinReplicas(status: JsonObject, counts: readonly string[]): readonly FieldError[] {
  const count = (key: string) => numberAt(status, key) ?? 0;
  const above = (key: string, most: string) =>
    count(key) > count(most)
      ? [invalid(`status.${key}`, count(key), `cannot be greater than ${nameOf(most)}`)]
      : none;
  return [
    ...['replicas', ...counts, 'observedGeneration', 'collisionCount'].flatMap((key) =>
      atLeast(status, key, 'status', 0),
    ),
    ...counts.flatMap((key) => above(key, 'replicas')),
    ...above('availableReplicas', 'readyReplicas'),
  ];
}

const nameOf = (key: string): string => (key === 'replicas' ? 'status.replicas' : key);
