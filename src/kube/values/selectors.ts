import { failed, ok, type Result } from '../../base/errors.ts';
import { labelValue, qualifiedName } from './names.ts';

/** metav1.LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

/** One condition on labels; a selector is a list of them, all of which must hold. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan';
  readonly values: readonly string[];
}
export type Labels = Readonly<Record<string, string>> | undefined;

/** `app=web,tier in (a,b),!legacy`; '' selects everything (apimachinery `pkg/labels/selector.go`). */
export function parseSelector(text: string): Result<readonly Requirement[]> {
  try {
    const requirements = new SelectorParser(text).parse();
    return ok(requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)));
  } catch (error) {
    if (error instanceof SelectorError) return failed({ reason: 'InvalidSelector', message: error.message });
    throw error;
  }
}

class SelectorError extends Error {}

const TOKEN = /\s*(==|!=|[=!,()<>]|[^\s=!,()<>]+)/y;
const isWord = (token: string | undefined): token is string =>
  token !== undefined && !/^(?:==|!=|[=!,()<>])$/.test(token);

class SelectorParser {
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(text: string) {
    const scan = new RegExp(TOKEN);
    for (let match = scan.exec(text); match; match = scan.exec(text)) this.#tokens.push(match[1] as string);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#peek() === undefined) return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator === undefined) return requirements;
      if (separator !== ',') throw expected(separator, "',' or 'end of string'");
      if (this.#peek() !== '!' && !isWord(this.#peek())) throw expected(this.#peek(), "identifier after ','");
    }
  }

  #requirement(): Requirement {
    const isNegated = this.#peek() === '!';
    if (isNegated) this.#next++;
    const key = this.#take();
    if (!isWord(key)) throw expected(key, isNegated ? 'identifier' : "!, identifier, or 'end of string'");
    const problem = qualifiedName(key);
    if (problem)
      throw new SelectorError(
        `unable to parse requirement: Invalid value: ${JSON.stringify(key)}: ${problem}`,
      );
    if (isNegated) return { key, operator: 'DoesNotExist', values: [] };
    const isAlone = this.#peek() === undefined || this.#peek() === ',';
    return isAlone ? { key, operator: 'Exists', values: [] } : this.#comparison(key);
  }

  #comparison(key: string): Requirement {
    const operator = this.#take();
    switch (operator) {
      case '=':
      case '==':
        return valid({ key, operator: 'In', values: [this.#value()] });
      case '!=':
        return valid({ key, operator: 'NotIn', values: [this.#value()] });
      case 'in':
        return valid({ key, operator: 'In', values: this.#values() });
      case 'notin':
        return valid({ key, operator: 'NotIn', values: this.#values() });
      case '>':
        return valid({ key, operator: 'GreaterThan', values: [this.#value()] });
      case '<':
        return valid({ key, operator: 'LessThan', values: [this.#value()] });
      default:
        throw expected(operator, 'in, notin, =, ==, !=, gt, lt');
    }
  }

  #value(): string {
    const token = this.#peek();
    if (token === undefined || token === ',') return '';
    this.#next++;
    if (!isWord(token)) throw expected(token, 'identifier');
    return token;
  }

  /** `(a,,b)`: an empty place is the empty value. */
  #values(): string[] {
    const open = this.#take();
    if (open !== '(') throw expected(open, "'('");
    const values: string[] = [];
    for (;;) {
      const isEmptyPlace = this.#peek() === ',' || this.#peek() === ')';
      const value = isEmptyPlace ? '' : this.#take();
      if (value !== '' && !isWord(value)) throw expected(value, "',', ')' or identifier");
      values.push(value);
      const separator = this.#take();
      if (separator === ')') return unique(values);
      if (separator !== ',') throw expected(separator, "',' or ')'");
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }
  #take(): string | undefined {
    return this.#tokens[this.#next++];
  }
}

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();
const expected = (found: string | undefined, what: string): SelectorError =>
  new SelectorError(`unable to parse requirement: found '${found ?? ''}', expected: ${what}`);

function valid(requirement: Requirement): Requirement {
  for (const value of requirement.values) {
    const problem = labelValue(value);
    if (problem)
      throw new SelectorError(
        `values[0][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`,
      );
    const isOrdered = requirement.operator === 'GreaterThan' || requirement.operator === 'LessThan';
    if (isOrdered && !/^[+-]?\d+$/.test(value)) {
      throw new SelectorError(
        `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
  }
  return requirement;
}

/** The text that `parseSelector` reads back. */
export function formatSelector(requirements: readonly Requirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'GreaterThan':
      return `${key}>${values[0] ?? ''}`;
    case 'LessThan':
      return `${key}<${values[0] ?? ''}`;
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(',')})`;
  }
}

/** The requirements of a LabelSelector; undefined (a null selector, which matches nothing) stays undefined. */
export function selectorOf(selector: LabelSelector | undefined): readonly Requirement[] | undefined {
  if (!selector) return undefined;
  const labels = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }): Requirement => ({ key, operator, values: values ?? [] }),
  );
  return [...labels, ...expressions];
}

/** `a=1,b=2`, keys sorted: as kubectl prints a map of labels, and as `parseSelector` reads it. */
export const formatLabels = (labels: Labels): string =>
  Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

export const matches = (requirements: readonly Requirement[], labels: Labels): boolean =>
  requirements.every((requirement) => holds(requirement, labels ?? {}));

/** A missing selector matches nothing, an empty one everything. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Labels): boolean {
  const requirements = selectorOf(selector);
  return requirements !== undefined && matches(requirements, labels);
}

function holds({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'GreaterThan':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) > BigInt(values[0]);
    case 'LessThan':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) < BigInt(values[0]);
  }
}

/** Of 64 bits, as Go parses them: reading a million digits takes quadratic time. */
export const isInteger = (value: string | undefined): value is string =>
  value !== undefined && /^-?\d{1,19}$/.test(value);
