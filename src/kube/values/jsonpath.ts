import { failed, ok, type Result } from '../../base/errors.ts';
import { deepEqual, isObject } from './equal.ts';
import type { Json } from './types.ts';

/** Everything that the path finds in an object, in order. */
export type JsonPath = (object: unknown) => unknown[];

type Step = (node: unknown) => unknown[];

class PathError extends Error {}

const MAX_TEXT = 1024;
/** Each `..` finds a node once for every node above it: `..*..*..*` of a deep object finds more than memory holds. */
const MAX_FOUND = 100_000;

/** Nothing where too much would be found. */
function follow(steps: readonly Step[], object: unknown): unknown[] {
  let nodes: unknown[] = [object];
  for (const step of steps) {
    const next: unknown[] = [];
    for (const node of nodes) {
      for (const found of step(node)) next.push(found);
      if (next.length > MAX_FOUND) return [];
    }
    nodes = next;
  }
  return nodes;
}

/**
 * Compiles the subset that additionalPrinterColumns and waits use: `.a.b`, `['k']`, `[0]`, `[-1]`, `[*]`, `.*`, `..b`,
 * `[?(@.type=="Ready")].status`; braces and a leading `$` are allowed (client-go `util/jsonpath`).
 */
export function compileJsonPath(text: string): Result<JsonPath> {
  try {
    if (text.length > MAX_TEXT) throw new PathError(`it is longer than ${MAX_TEXT} characters`);
    const steps = parse(text.trim().replace(/^\{(.*)\}$/s, '$1'));
    return ok((object) => follow(steps, object));
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    return failed({ reason: 'InvalidJsonPath', message: `${text}: ${error.message}` });
  }
}

const NAME = /^(?:\\.|[^\s.[\]\\(){}'"])+/;

function parse(text: string): Step[] {
  const steps: Step[] = [];
  let rest = text.replace(/^\$/, '');
  if (rest !== '' && !rest.startsWith('.') && !rest.startsWith('[')) rest = `.${rest}`;
  while (rest !== '' && rest !== '.') {
    const isDeep = rest.startsWith('..');
    const dots = isDeep ? 2 : rest.startsWith('.') ? 1 : 0;
    if (isDeep) steps.push(descendants);
    rest = rest.slice(dots);
    if (rest.startsWith('[')) {
      const end = closing(rest);
      steps.push(bracket(rest.slice(1, end).trim()));
      rest = rest.slice(end + 1);
      continue;
    }
    const name = NAME.exec(rest)?.[0];
    if (name === undefined || dots === 0) throw new PathError(`unexpected ${JSON.stringify(rest)}`);
    steps.push(name === '*' ? children : member(name.replace(/\\(.)/g, '$1')));
    rest = rest.slice(name.length);
  }
  return steps;
}

/** Index of the bracket that closes the first one; brackets in quotes do not count. */
function closing(text: string): number {
  let depth = 0;
  let quote: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quote) quote = char === quote ? undefined : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) return i;
  }
  throw new PathError('a bracket is not closed');
}

function bracket(content: string): Step {
  if (content === '*') return children;
  const filter = /^\?\((.*)\)$/s.exec(content)?.[1];
  if (filter !== undefined) return filterStep(filter);
  const quoted = /^(['"])(.*)\1$/s.exec(content)?.[2];
  if (quoted !== undefined) return member(quoted);
  const slice = /^(-?\d*):(-?\d*)$/.exec(content);
  if (slice) return sliceStep(slice[1] ?? '', slice[2] ?? '');
  if (/^-?\d+$/.test(content))
    return (node) => (Array.isArray(node) ? node.slice(Number(content)).slice(0, 1) : []);
  throw new PathError(`[${content}] is not understood`);
}

const sliceStep =
  (from: string, to: string): Step =>
  (node) =>
    Array.isArray(node) ? node.slice(from === '' ? 0 : Number(from), to === '' ? undefined : Number(to)) : [];

const member =
  (key: string): Step =>
  (node) =>
    isObject(node) && Object.hasOwn(node, key) ? [node[key]] : [];

const children: Step = (node) => (Array.isArray(node) ? node : isObject(node) ? Object.values(node) : []);
const descendants: Step = (node) => [node, ...children(node).flatMap(descendants)];

const COMPARE: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  '==': deepEqual,
  '!=': (a, b) => !deepEqual(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
};

/** NaN, which no comparison holds for, unless both are numbers or both texts. */
function order(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return Number.NaN;
}

function filterStep(expression: string): Step {
  const match = /^\s*@(.*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.*?))?\s*$/s.exec(expression);
  if (!match) throw new PathError(`the filter ${expression} is not understood`);
  const [, path = '', operator, operand] = match;
  const left = parse(path);
  const find = (item: unknown): unknown[] => follow(left, item);
  if (operator === undefined || operand === undefined)
    return (node) => children(node).filter((item) => find(item).length > 0);
  const right = literal(operand);
  const compare = COMPARE[operator];
  return (node) =>
    children(node).filter((item) => find(item).some((found) => compare?.(found, right) ?? false));
}

function literal(text: string): Json {
  const quoted = /^(['"])(.*)\1$/s.exec(text)?.[2];
  if (quoted !== undefined) return quoted;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new PathError(`${text} is neither a number nor in quotes`);
  }
}
