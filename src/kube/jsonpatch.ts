import type { JsonPatchOperation } from './client.ts';

/** RFC 6902; throws StatusError: Invalid when an operation cannot be carried out, BadRequest when it is malformed. */
export function jsonPatch<T>(_original: T, _operations: readonly JsonPatchOperation[]): T {
  throw new Error('signature only');
}
