import { isInteger, type Labels, type Requirement } from './selectors.ts';

/** All that a selector says of one key. */
interface KeyTest {
  /** The key must be there. */
  isRequired: boolean;
  /** It must not. */
  isForbidden: boolean;
  /** Values of which it must have one. */
  oneOf: ReadonlySet<string> | undefined;
  readonly noneOf: Set<string>;
  /** The narrowest bounds, exclusive. */
  above: bigint | undefined;
  below: bigint | undefined;
}

/**
 * `matches` for many objects: the work for each is as much as it has labels, however long the selector. A client may send a hundred
 * thousand requirements.
 */
export function compileSelector(requirements: readonly Requirement[]): (labels: Labels) => boolean {
  const tests = new Map<string, KeyTest>();
  for (const requirement of requirements) {
    const test = tests.get(requirement.key) ?? newKeyTest();
    tests.set(requirement.key, test);
    narrow(test, requirement);
  }
  const required = [...tests.values()].filter(({ isRequired }) => isRequired).length;
  return (labels = {}) => {
    let met = 0;
    for (const key of Object.keys(labels)) {
      const test = tests.get(key);
      if (!test) continue;
      if (!passes(test, labels[key] ?? '')) return false;
      if (test.isRequired) met++;
    }
    return met === required;
  };
}

const newKeyTest = (): KeyTest => ({
  isRequired: false,
  isForbidden: false,
  oneOf: undefined,
  noneOf: new Set(),
  above: undefined,
  below: undefined,
});

function narrow(test: KeyTest, { operator, values }: Requirement): void {
  if (operator !== 'NotIn' && operator !== 'DoesNotExist') test.isRequired = true;
  switch (operator) {
    case 'DoesNotExist':
      test.isForbidden = true;
      return;
    case 'NotIn':
      for (const value of values) test.noneOf.add(value);
      return;
    case 'In':
      test.oneOf = new Set(values.filter((value) => test.oneOf?.has(value) ?? true));
      return;
    case 'GreaterThan':
    case 'LessThan':
      bound(test, operator, values[0]);
  }
}

function bound(test: KeyTest, operator: 'GreaterThan' | 'LessThan', value: string | undefined): void {
  // No label is above or below what is no number of 64 bits.
  if (!isInteger(value)) test.isForbidden = true;
  else if (operator === 'GreaterThan') test.above = narrowest(test.above, BigInt(value), (a, b) => a > b);
  else test.below = narrowest(test.below, BigInt(value), (a, b) => a < b);
}

const narrowest = (
  known: bigint | undefined,
  other: bigint,
  isNarrower: (a: bigint, b: bigint) => boolean,
): bigint => (known === undefined || isNarrower(other, known) ? other : known);

function passes({ isForbidden, oneOf, noneOf, above, below }: KeyTest, value: string): boolean {
  if (isForbidden || noneOf.has(value) || !(oneOf?.has(value) ?? true)) return false;
  if (above === undefined && below === undefined) return true;
  if (!isInteger(value)) return false;
  const number = BigInt(value);
  return (above === undefined || number > above) && (below === undefined || number < below);
}
