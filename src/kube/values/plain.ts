import { integerOf } from './json.ts';
import type { Json } from './types.ts';

/**
 * The value as its JSON text would read: members that are undefined are absent, what is no JSON is null. What is frozen is taken as it is,
 * all the way down (`deepFreeze`), so that what a write leaves alone stays the same reference, which later steps need not look at; the rest
 * is copied, and its author may change it afterwards.
 */
export function plainJson(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      return integerOf(value) as Json;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      return value === null ? null : plainObject(value);
    default:
      return null;
  }
}

function plainObject(value: object): Json {
  if (Object.isFrozen(value)) return value as Json;
  if (Array.isArray(value)) return value.map(plainJson);
  if ('toJSON' in value && typeof value.toJSON === 'function') return plainJson(value.toJSON());
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plainJson(member)]));
}
