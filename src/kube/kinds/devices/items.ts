import { duplicate, type FieldError, tooMany } from '../../values/fielderrors.ts';

type Check<T> = (item: T, at: string) => readonly FieldError[];

/** Each item by itself; of a list that is too long, that alone is said (Kubernetes validateSlice). */
export const upTo = <T>(
  most: number,
  items: readonly T[],
  field: string,
  check: Check<T>,
): readonly FieldError[] =>
  items.length > most
    ? [tooMany(field, items.length, most)]
    : items.flatMap((item, i) => check(item, `${field}[${i}]`));

/** The same of items that are told apart by a key (Kubernetes validateSet). */
export function distinctUpTo<T>(
  most: number,
  items: readonly T[],
  field: string,
  keyOf: (item: T) => string,
  check: Check<T>,
): readonly FieldError[] {
  if (items.length > most) return [tooMany(field, items.length, most)];
  const keys = items.map(keyOf);
  const repeated = keys.flatMap((key, i) =>
    keys.indexOf(key) < i ? [duplicate(`${field}[${i}]`, key)] : [],
  );
  return [...upTo(most, items, field, check), ...repeated];
}
