import { suggest } from '../../charts/suggest.ts';
import { HelperError } from './helper.ts';
import { isMap, kindOf } from './truth.ts';

/**
 * The value of a path, or an error that names the first segment that is missing.
 * `chain` holds what every prefix of the path leads to; its last element is the value. The first is the data the path starts from.
 */
export function requireValue(written: string, chain: readonly unknown[]): unknown {
  const value = chain.at(-1);
  if (value !== undefined) return value;
  const missing = chain.indexOf(undefined);
  const segments = written.split(/[./]/).filter((part) => part !== '' && part !== 'this' && part !== '@root');
  const key = segments[segments.length - chain.length + missing] ?? written;
  const parent = chain[missing - 1];
  const path = segments.slice(0, segments.length - chain.length + missing + 1).join('.');
  const near = isMap(parent) ? suggest(key, Object.keys(parent)) : undefined;
  throw new HelperError(
    `${path || written} is not defined`,
    near ?? `Set it in a values file, or write (default "…" ${written}) when it may be absent.`,
  );
}

/** What an expression prints. Maps, lists and functions have no text of their own that YAML could use. */
export function output(written: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol') {
    const kind = value instanceof Promise ? 'promise' : kindOf(value);
    throw new HelperError(
      `${written === '' ? 'The expression' : written} is a ${kind} and cannot be printed`,
      written === ''
        ? 'Wrap it in toYaml or toJson.'
        : `Write {{nindent 2 (toYaml ${written})}} or {{toJson ${written}}}.`,
    );
  }
  return String(value);
}
