import type { Schema } from './schema.ts';

/** The object in the one spelling that the server would store: quantities canonical, stringData folded into data, defaults filled. */
export function normalise<T>(_schema: Schema | undefined, _object: T): T {
  throw new Error('signature only');
}
