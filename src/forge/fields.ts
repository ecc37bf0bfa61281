import { ProblemError } from '../base/errors.ts';

/** An object of an answer, read field by field: whatever others send is what it says only when it is looked at. */
export interface Fields {
  /** @throws ProblemError UnexpectedAnswer */
  text(...path: readonly string[]): string;
  textIfAny(...path: readonly string[]): string | undefined;
  /** @throws ProblemError UnexpectedAnswer */
  number(...path: readonly string[]): number;
  flag(...path: readonly string[]): boolean | undefined;
  list(...path: readonly string[]): readonly Fields[];
  texts(...path: readonly string[]): readonly string[];
  has(...path: readonly string[]): boolean;
}

export function fieldsOf(value: unknown): Fields {
  const at = (path: readonly string[]): unknown => path.reduce<unknown>(member, value);
  const missing = (path: readonly string[], what: string): ProblemError =>
    new ProblemError({
      reason: 'UnexpectedAnswer',
      message: `the answer has no ${what} at ${path.join('.')}`,
      remedy: 'Is this the forge that it is said to be? pilotage connect DELIVERY --forge KIND=URL',
    });
  const listed = (path: readonly string[]): readonly unknown[] => {
    const found = at(path);
    return Array.isArray(found) ? found : [];
  };
  return {
    text(...path) {
      const found = at(path);
      if (typeof found !== 'string') throw missing(path, 'text');
      return found;
    },
    textIfAny(...path) {
      const found = at(path);
      return typeof found === 'string' && found !== '' ? found : undefined;
    },
    number(...path) {
      const found = at(path);
      if (typeof found !== 'number' || !Number.isSafeInteger(found)) throw missing(path, 'number');
      return found;
    },
    flag(...path) {
      const found = at(path);
      return typeof found === 'boolean' ? found : undefined;
    },
    list: (...path) => listed(path).map(fieldsOf),
    texts: (...path) => listed(path).filter((item) => typeof item === 'string'),
    has: (...path) => at(path) !== undefined && at(path) !== null,
  };
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
