import type { Schema } from './schema.ts';
import type { KubeObject } from './types.ts';

export interface FieldConflict {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  /** `.spec.replicas`, `.spec.containers[name="web"].image` */
  readonly field: string;
}

export interface ApplyInput {
  /** Stored object; undefined: apply creates. */
  readonly live: KubeObject | undefined;
  /** The manager's whole intent, as sent. */
  readonly applied: KubeObject;
  readonly manager: string;
  readonly force: boolean;
  /** RFC 3339 in whole seconds: the time written into a changed entry. */
  readonly time: string;
  readonly schema: Schema;
  readonly subresource?: string;
  /** Fills defaults into the merged object before it is compared with the live one. */
  readonly defaults?: (object: KubeObject) => KubeObject;
}

export type ApplyOutcome =
  /** `object === live` when the apply changed nothing. */
  | { readonly ok: true; readonly object: KubeObject }
  | { readonly ok: false; readonly conflicts: readonly [FieldConflict, ...FieldConflict[]] };

/** Server-side apply (KEP-555). Throws StatusError BadRequest for an object that cannot be applied (managedFields set, duplicate keys). */
export function recordApply(_input: ApplyInput): ApplyOutcome {
  throw new Error('signature only');
}

export interface UpdateInput {
  /** undefined: create. */
  readonly live: KubeObject | undefined;
  /** The object to be stored: admitted, defaulted. */
  readonly updated: KubeObject;
  readonly manager: string;
  readonly time: string;
  readonly schema: Schema;
  readonly subresource?: string;
}

/** `updated` with metadata.managedFields after a create, update or patch by `manager`. */
export function recordUpdate(_input: UpdateInput): KubeObject {
  throw new Error('signature only');
}

/** `Apply failed with 1 conflict: conflict with "x" using apps/v1: .spec.replicas` (apimachinery managedfields/internal/conflict.go). */
export function conflictMessage(_conflicts: readonly FieldConflict[]): string {
  throw new Error('signature only');
}
