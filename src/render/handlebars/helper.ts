import { isMap, kindOf } from './truth.ts';

/** A helper over plain values. Expected misuse (a list where a number belongs) throws HelperError, which the engine places. */
export type Helper = (...args: unknown[]) => unknown;

/** What a helper has to say to the author of the template; the engine adds file, line and column. */
export class HelperError extends Error {
  readonly remedy: string | undefined;
  constructor(message: string, remedy?: string) {
    super(message);
    this.name = 'HelperError';
    this.remedy = remedy;
  }
}

const wrong = (wanted: string, value: unknown): never => {
  throw new HelperError(`expected ${wanted}, got ${kindOf(value)}${preview(value)}`);
};

function preview(value: unknown): string {
  if (value === undefined || value === null) return '';
  const json = JSON.stringify(value) ?? '';
  return ` ${json.length > 40 ? `${json.slice(0, 40)}…` : json}`;
}

/** Scalars as text, as Go prints them; null and absent are ''. Lists and maps are refused. */
export function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' || typeof value === 'function' ? wrong('a scalar', value) : String(value);
}

export function number(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : wrong('a number', value);
}

export const integer = (value: unknown): number => Math.trunc(number(value));

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : wrong('a list', value);
}

export function map(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : wrong('a map', value);
}
