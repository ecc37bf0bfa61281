import { deepEqual } from '../../../kube/values/equal.ts';
import { type Helper, HelperError, text } from '../helper.ts';
import { isTrue } from '../truth.ts';

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  throw new HelperError(
    `cannot compare a ${typeof a} with a ${typeof b}`,
    'Convert one with int or toString.',
  );
}

const given = (value: unknown): boolean => value !== undefined && value !== null;

export const LOGIC: Readonly<Record<string, Helper>> = {
  /** First argument equal to any of the others, as in Go. */
  eq: (first, ...others) => others.some((other) => deepEqual(first ?? null, other ?? null)),
  ne: (a, b) => !deepEqual(a ?? null, b ?? null),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  // Like Go's, they return the argument that decided.
  and: (...args) => args.find((arg) => !isTrue(arg)) ?? (args.every(isTrue) ? args.at(-1) : false),
  or: (...args) => args.find(isTrue) ?? args.at(-1),
  not: (value) => !isTrue(value),
  default: (fallback, value) => (isTrue(value) ? value : fallback),
  coalesce: (...args) => args.find(isTrue),
  /** The value, or nothing where it is absent, null or empty; 0 and false are values. In a structured template the key then goes. */
  optional: (value) => {
    if (!given(value) || value === '') return undefined;
    return typeof value === 'object' && !isTrue(value) ? undefined : value;
  },
  empty: (value) => !isTrue(value),
  ternary: (yes, no, condition) => (isTrue(condition) ? yes : no),
  required: (message, value) => {
    if (!given(value) || value === '') throw new HelperError(text(message), 'Set it in a values file.');
    return value;
  },
  fail: (message) => {
    throw new HelperError(text(message));
  },
};

/** Helpers whose business is absence: a path that leads nowhere is an answer to them, not a mistake. */
export const LENIENT: ReadonlySet<string> = new Set([
  ...['default', 'optional', 'coalesce', 'empty', 'ternary', 'required', 'and', 'or', 'not', 'eq', 'ne'],
  ...['hasKey', 'get', 'dig', 'kindIs', 'kindOf', 'typeIs', 'image', 'lookup'],
]);
