import type { Schema } from './schema.ts';
import type { GroupVersionKind, KubeObject } from './types.ts';

/** One cause of a 422, in the words of apimachinery `pkg/util/validation/field`. */
export interface FieldError {
  /** `spec.containers[0].name` */
  readonly field: string;
  readonly reason:
    | 'Required'
    | 'Invalid'
    | 'NotSupported'
    | 'Duplicate'
    | 'Forbidden'
    | 'TooLong'
    | 'TypeInvalid';
  /** Without the field: `Required value: must be specified`. */
  readonly message: string;
}

/** Fields that the schema does not know (`fieldValidation=Strict` rejects them, Warn warns): `spec.replica`. */
export function unknownFields(_schema: Schema, _object: unknown): { readonly path: string }[] {
  throw new Error('signature only');
}

/** The object without the fields that the schema does not know; the same reference when there are none. */
export function pruneUnknown<T>(_schema: Schema, _object: T): T {
  throw new Error('signature only');
}

/** Types, required fields, and the constraints of a CRD. */
export function validateTypes(_schema: Schema, _object: unknown): FieldError[] {
  throw new Error('signature only');
}

/** Essential semantic rules of the built-in kinds; with `old`, the rules of an update (immutable fields) too. */
export function validateObject(_gvk: GroupVersionKind, _object: KubeObject, _old?: KubeObject): FieldError[] {
  throw new Error('signature only');
}
