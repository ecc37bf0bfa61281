import { deepEqual } from '../../kube/values/equal.ts';
import { compileRegex } from '../../kube/values/pattern.ts';
import type { Json } from '../../kube/values/types.ts';
import { badPath, type Reader } from './pathreader.ts';
import { follow, type Step } from './pathsteps.ts';

/** Whether a filter picks a node. */
export type Condition = (node: Json, root: Json) => boolean;
/** What stands at one side of an operator. */
type Term = (node: Json, root: Json) => readonly Json[];

/** Reads the path that begins at a node or at the root: paths have filters, and these have paths. */
export type ReadSteps = (
  reader: Reader,
  reading: { readonly isFirst: boolean; readonly ends: RegExp },
) => readonly Step[];

/** `a || b`, where `&&` binds more tightly. */
export function readCondition(reader: Reader, readSteps: ReadSteps): Condition {
  const parts = [readConjunction(reader, readSteps)];
  while (token(reader, '||')) parts.push(readConjunction(reader, readSteps));
  return (node, root) => parts.some((part) => part(node, root));
}

function readConjunction(reader: Reader, readSteps: ReadSteps): Condition {
  const parts = [readBasic(reader, readSteps)];
  while (token(reader, '&&')) parts.push(readBasic(reader, readSteps));
  return (node, root) => parts.every((part) => part(node, root));
}

function token(reader: Reader, text: string): boolean {
  reader.spaces();
  return reader.take(text);
}

const OPERATORS = ['==', '!=', '>=', '<=', '>', '<'] as const;

function readBasic(reader: Reader, readSteps: ReadSteps): Condition {
  reader.spaces();
  if (reader.at('!') && !reader.at('!=')) {
    reader.take('!');
    const negated = readBasic(reader, readSteps);
    return (node, root) => !negated(node, root);
  }
  if (reader.take('(')) {
    const inner = readCondition(reader, readSteps);
    reader.spaces();
    reader.expect(')');
    return inner;
  }
  const left = readTerm(reader, readSteps);
  reader.spaces();
  if (reader.take('=~')) return readMatch(reader, left);
  const operator = OPERATORS.find((one) => reader.take(one));
  if (!operator) return (node, root) => left(node, root).length > 0;
  const right = readTerm(reader, readSteps);
  return (node, root) => {
    const [a, b] = [left(node, root), right(node, root)];
    return a.length > 0 && b.length > 0 && a.every((one) => b.every((other) => holds(operator, one, other)));
  };
}

function readMatch(reader: Reader, left: Term): Condition {
  reader.spaces();
  const text = reader.match(/^\/(?:\\.|[^/\\])*\//) ?? '';
  const regex = compileRegex(text.slice(1, -1).replaceAll('\\/', '/'));
  if (text === '' || !regex.ok) throw badPath(reader.text, 'a regular expression is missing after =~');
  return (node, root) => {
    const values = left(node, root);
    return values.length > 0 && values.every((value) => regex.value.test(String(value)));
  };
}

const ENDS = /[.[~)\s=!<>&|]/;

function readTerm(reader: Reader, readSteps: ReadSteps): Term {
  reader.spaces();
  const isRoot = reader.take('$');
  if (isRoot || reader.take('@')) {
    const steps = readSteps(reader, { isFirst: false, ends: ENDS });
    return (node, root) => follow(steps, root, isRoot ? root : node);
  }
  const value = readLiteral(reader);
  return () => [value];
}

const WORDS: Readonly<Record<string, Json>> = { true: true, false: false, null: null };

function readLiteral(reader: Reader): Json {
  if (reader.at("'") || reader.at('"')) return reader.quoted();
  const word = reader.match(/^(?:true|false|null)\b/);
  if (word !== undefined) return WORDS[word] ?? null;
  const number = reader.match(/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/);
  if (number === undefined) throw badPath(reader.text, `${reader.rest} is no value`);
  return Number(number);
}

/** Only numbers have an order, and texts among themselves. */
function holds(operator: (typeof OPERATORS)[number], a: Json, b: Json): boolean {
  if (operator === '==') return deepEqual(a, b);
  if (operator === '!=') return !deepEqual(a, b);
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const [x, y] = [a as number, b as number];
  return operator === '>' ? x > y : operator === '<' ? x < y : operator === '>=' ? x >= y : x <= y;
}
