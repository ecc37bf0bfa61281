import { ProblemError } from '../../../base/errors.ts';
import { entriesOf, listAt, mapAt, type Node, scalarAt } from './node.ts';
import { type Report, refuse, warn } from './report.ts';

/** The value of a variable; undefined where it is not set. */
export type Lookup = (name: string) => string | undefined;

/** How much text a render may make of variables: four lines of `.env` that double one another could make gigabytes. */
export interface Budget {
  left: number;
}

export const newBudget = (): Budget => ({ left: 4 * 2 ** 20 });

/** What is wrong with a text, in words that end a sentence about it. */
export class InterpolationError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'InterpolationError';
    this.remedy = remedy;
  }
}

export interface Interpolation {
  readonly lookup: Lookup;
  readonly budget: Budget;
  /** Told of variables that are not set and have no default: they are empty. */
  readonly onUnset: (name: string) => void;
}

/**
 * A text with its variables replaced: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`,
 * `${NAME:+other}`, `${NAME+other}`, what follows the operator being interpolated too; `$$` is a dollar sign
 * (Compose specification, 12-interpolation.md). @throws InterpolationError
 */
export function interpolate(text: string, by: Interpolation, depth = 0): string {
  if (!text.includes('$')) return text;
  if (depth > 20) throw new InterpolationError('nests variables too deeply', 'Write it with fewer.');
  let result = '';
  let at = 0;
  for (let dollar = text.indexOf('$'); dollar >= 0; dollar = text.indexOf('$', at)) {
    const { value, end } = expressionAt(text, dollar, by, depth);
    result += text.slice(at, dollar) + value;
    at = end;
    spend(by.budget, value.length);
  }
  return result + text.slice(at);
}

export function spend(budget: Budget, length: number): void {
  budget.left -= length;
  if (budget.left >= 0) return;
  throw new ProblemError({
    reason: 'ComposeTooLarge',
    message: 'the variables of the compose file expand to more than 4 MiB of text',
    remedy: 'Look for variables in .env that repeat one another.',
  });
}

const NAME = /[_a-zA-Z][_a-zA-Z0-9]*/y;

function nameAt(text: string, at: number): string | undefined {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0];
}

interface Expression {
  readonly value: string;
  /** Offset after it. */
  readonly end: number;
}

function expressionAt(text: string, dollar: number, by: Interpolation, depth: number): Expression {
  const next = text[dollar + 1];
  if (next === '$') return { value: '$', end: dollar + 2 };
  if (next === '{') return bracedAt(text, dollar, by, depth);
  const name = nameAt(text, dollar + 1);
  if (name === undefined) throw invalid(text, dollar);
  return { value: plain(name, by), end: dollar + 1 + name.length };
}

function bracedAt(text: string, dollar: number, by: Interpolation, depth: number): Expression {
  const close = closingBrace(text, dollar + 1);
  const name = nameAt(text, dollar + 2);
  if (close < 0 || name === undefined) throw invalid(text, dollar);
  const rest = text.slice(dollar + 2 + name.length, close);
  if (rest === '') return { value: plain(name, by), end: close + 1 };
  const [, operator, operand = ''] = /^(:?[-?+])([\s\S]*)$/.exec(rest) ?? [];
  if (operator === undefined) throw invalid(text, dollar);
  return { value: operated(name, operator, operand, by, depth), end: close + 1 };
}

function operated(name: string, operator: string, operand: string, by: Interpolation, depth: number): string {
  const value = by.lookup(name);
  const isSet = value !== undefined && !(operator.startsWith(':') && value === '');
  const other = () => interpolate(operand, by, depth + 1);
  if (operator.endsWith('+')) return isSet ? other() : '';
  if (isSet) return value;
  if (operator.endsWith('-')) return other();
  const why = other();
  throw new InterpolationError(
    `needs the variable ${name}${why ? `: ${why}` : ''}`,
    `Set ${name} in the .env file beside the compose file, or in the values of the app.`,
  );
}

function plain(name: string, { lookup, onUnset }: Interpolation): string {
  const value = lookup(name);
  if (value === undefined) onUnset(name);
  return value ?? '';
}

/** The brace that closes the one at `open`, others between counted; -1 where there is none. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

const invalid = (text: string, at: number): InterpolationError =>
  new InterpolationError(
    `${JSON.stringify(text.slice(at, at + 20))} is not a variable of Compose`,
    'Write $$ for a dollar sign that is meant as one.',
  );

export interface NodeInterpolation {
  readonly lookup: Lookup;
  readonly budget: Budget;
  readonly report: Report;
}

/** The same node with the variables of its texts replaced; keys stay. What is wrong is reported at its place. */
export function interpolateNode(node: Node, by: NodeInterpolation): Node {
  if (node.kind === 'map') {
    const entries = entriesOf(node).map(([key, value]) => [key, interpolateNode(value, by)] as const);
    return { ...mapAt(node, entries), ...(node.tag ? { tag: node.tag } : {}) };
  }
  if (node.kind === 'list') {
    const items = node.items.map((item) => interpolateNode(item, by));
    return { ...listAt(node, items), ...(node.tag ? { tag: node.tag } : {}) };
  }
  if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
  const onUnset = (name: string) =>
    warn(by.report, node, 'VariableUnset', `the variable ${name} is not set, so it is empty`, SET_IT);
  try {
    return scalarAt(node, interpolate(node.value, { ...by, onUnset }));
  } catch (error) {
    if (!(error instanceof InterpolationError)) throw error;
    refuse(by.report, node, 'InvalidInterpolation', error.message, error.remedy);
    return node;
  }
}

const SET_IT =
  'Set it in the .env file beside the compose file or in the values of the app, or give it a default: ${NAME:-default}.';
