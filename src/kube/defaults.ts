import type { Schema } from './schema.ts';

/**
 * The object with every default filled in: the schema's own, and for built-in types the table of `defaults.data.ts`.
 * The same reference comes back when nothing was missing. Applying twice changes nothing more.
 */
export function applyDefaults<T>(_schema: Schema | undefined, _object: T): T {
  throw new Error('signature only');
}
