import { formatPath } from '../values/fieldset.ts';
import { type StatusError, statusError } from '../values/status.ts';
import type { OwnedConflict } from './ownership.ts';

/** A field that an applier wants to change and another manager owns. */
export interface FieldConflict {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  /** `.spec.replicas`, `.spec.containers[name="web"].image` */
  readonly field: string;
}

export const describeConflict = ({ manager, path }: OwnedConflict): FieldConflict => ({
  manager: manager.manager,
  operation: manager.operation,
  apiVersion: manager.apiVersion,
  ...(manager.subresource ? { subresource: manager.subresource } : {}),
  field: formatPath(path),
});

/** The 409 of an apply, one cause per field, worded as kubectl expects it (apimachinery `managedfields/internal/conflict.go`). */
export function conflictError(conflicts: readonly FieldConflict[]): StatusError {
  return statusError('Conflict', conflictMessage(conflicts), {
    causes: conflicts.map((conflict) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${nameOf(conflict)}`,
      field: conflict.field,
    })),
  });
}

/** `Apply failed with 1 conflict: conflict with "x" using apps/v1: .spec.replicas`, or a list of fields per manager. */
export function conflictMessage(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${nameOf(first)}: ${first.field}`;
  }
  const fieldsByManager = new Map<string, string[]>();
  for (const conflict of conflicts) {
    const fields = fieldsByManager.get(nameOf(conflict)) ?? [];
    fieldsByManager.set(nameOf(conflict), [...fields, conflict.field]);
  }
  const lines = [...fieldsByManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, fields]) => [`conflicts with ${name}:`, ...fields.map((field) => `- ${field}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function nameOf({ manager, operation, apiVersion, subresource }: FieldConflict): string {
  const name = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
