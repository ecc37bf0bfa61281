import type { Schema } from './schema.ts';
import type { Json } from './types.ts';

/** Applies a strategic merge patch; throws StatusError BadRequest for a malformed one. */
export function strategicMergePatch<T>(_schema: Schema, _original: T, _patch: Json): T {
  throw new Error('signature only');
}
