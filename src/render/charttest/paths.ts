import { isObject } from '../../kube/values/equal.ts';
import type { Json } from '../../kube/values/types.ts';
import type { Document } from './document.ts';
import { type Condition, readCondition } from './pathfilter.ts';
import { badPath, type Reader, readerOf } from './pathreader.ts';
import { follow, type Step } from './pathsteps.ts';

/**
 * All values at a path of a document, in order; null counts as one. Paths are those of helm-unittest (vmware-labs/yaml-jsonpath): `a.b`,
 * `a["b.c/d"]`, `a[0]`, `a[-1]`, `a[1:3]`, `a[*]`, `a.*`, `..b`, `a[?(@.name == "x")].c`, `a~` for names. @throws ProblemError
 */
export function find(document: Document, path: string): readonly Json[] {
  return follow(stepsOf(path), document);
}

function stepsOf(path: string): readonly Step[] {
  const reader = readerOf(path);
  reader.take('$');
  const steps = readSteps(reader, { isFirst: true, ends: /[.[~]/ });
  if (!reader.isAtEnd) throw badPath(path, `${reader.rest} is unexpected`);
  return steps;
}

interface Reading {
  /** A name may stand at the start without a dot. */
  readonly isFirst: boolean;
  /** What ends a name. */
  readonly ends: RegExp;
}

function readSteps(reader: Reader, { isFirst, ends }: Reading): readonly Step[] {
  const steps: Step[] = [];
  let mayStart = isFirst;
  for (;;) {
    if (reader.take('..')) steps.push(descendants, ...(reader.at('[') ? [] : [named(reader.name(ends))]));
    else if (reader.take('.') || (mayStart && !reader.isAtEnd && !reader.at('[')))
      steps.push(named(reader.name(ends)));
    else if (reader.at('[')) steps.push(readBracket(reader, steps.at(-1) === descendants));
    else return steps;
    mayStart = false;
    if (reader.take('~')) return [...steps.slice(0, -1), namesOf(steps.at(-1))];
  }
}

interface NamedStep extends Step {
  readonly names?: readonly string[];
}

const named = (name: string): NamedStep =>
  name === '*' ? all : Object.assign((node: Json) => member(node, name), { names: [name] });

const member = (node: Json, name: string): readonly Json[] =>
  isObject(node) && Object.hasOwn(node, name) ? [node[name] as Json] : [];

const all: Step = (node) => {
  if (Array.isArray(node)) return node;
  return isObject(node) ? Object.values(node) : [];
};

const descendants: Step = (node) => [node, ...all(node, node).flatMap((child) => descendants(child, child))];

/** The names themselves, of those that are there. */
const namesOf =
  (step: NamedStep | undefined): Step =>
  (node) => {
    if (!isObject(node)) return [];
    const { names } = step ?? {};
    return names ? names.filter((name) => Object.hasOwn(node, name)) : Object.keys(node);
  };

function readBracket(reader: Reader, isDeep: boolean): Step {
  reader.expect('[');
  reader.spaces();
  if (reader.take('?(')) {
    const condition = readCondition(reader, readSteps);
    reader.expect(')');
    reader.spaces();
    reader.expect(']');
    return filtered(condition, isDeep);
  }
  if (reader.at("'") || reader.at('"')) return readNames(reader);
  const text = reader.until(']');
  if (text.trim() === '*') return (node) => (Array.isArray(node) ? node : []);
  const parts = text.split(',').map((part) => sliceOf(part.trim(), reader.text));
  return (node) => (Array.isArray(node) ? parts.flatMap((part) => part(node)) : []);
}

/** Of a list its items; anything else, and what `..` has found, by itself. */
const filtered =
  (condition: Condition, isDeep: boolean): Step =>
  (node, root) =>
    (Array.isArray(node) && !isDeep ? node : [node]).filter((one) => condition(one, root));

function readNames(reader: Reader): Step {
  const names: string[] = [];
  do {
    reader.spaces();
    names.push(reader.quoted());
    reader.spaces();
  } while (reader.take(','));
  reader.expect(']');
  return Object.assign((node: Json) => names.flatMap((name) => member(node, name)), { names });
}

/** `2`, `-1`, `1:3`, `::-1` */
function sliceOf(text: string, path: string): (items: readonly Json[]) => readonly Json[] {
  if (/^-?\d+$/.test(text)) {
    const index = Number(text);
    return (items) => {
      const item = items.at(index);
      return item === undefined ? [] : [item];
    };
  }
  const [, from = '', to = '', by = ''] = /^(-?\d*):(-?\d*)(?::(-?\d*))?$/.exec(text) ?? [];
  const step = by === '' ? 1 : Number(by);
  if (!/^[-\d:]+$/.test(text) || !text.includes(':') || step === 0)
    throw badPath(path, `${text} is no index`);
  return (items) => {
    const bound = (given: string, otherwise: number): number =>
      given === '' ? otherwise : Number(given) < 0 ? items.length + Number(given) : Number(given);
    const [start, end] =
      step > 0
        ? [bound(from, 0), bound(to, items.length)]
        : [bound(from, items.length - 1), to === '' ? -1 : bound(to, -1)];
    const found: Json[] = [];
    for (let at = start; step > 0 ? at < end : at > end; at += step) {
      const item = at < 0 ? undefined : items[at];
      if (item !== undefined) found.push(item);
    }
    return found;
  };
}
