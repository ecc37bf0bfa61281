import { isObject } from '../../kube/values/equal.ts';

export type Said = Readonly<Record<string, unknown>>;

/** An object in JSON text; undefined for everything else. */
export function objectOf(text: Buffer | string): Said | undefined {
  try {
    const value: unknown = JSON.parse(text.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string';

/** A whole number that is not negative. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

export const isAbsentOr = (value: unknown, test: (value: unknown) => boolean): boolean =>
  value === undefined || test(value);
