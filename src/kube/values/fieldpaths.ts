import { failed, ok, type Result } from '../../base/errors.ts';
import { parseBoundedJson } from './bounds.ts';
import { deepEqual, isObject } from './equal.ts';
import { EMPTY, type FieldSet, isEmpty, type PathElement } from './fieldset.ts';
import type { Json } from './types.ts';

/** One step of a way into an object: a member, an item by its index, all items, or the items whose member has a value. */
export type FieldStep =
  | { readonly member: string }
  | { readonly index: number }
  | { readonly items: 'all' }
  | { readonly items: 'where'; readonly path: readonly string[]; readonly equals: unknown };

export type FieldPath = readonly FieldStep[];

const MAX_TEXT = 512;
const MAX_STEPS = 32;

/**
 * Reads a path to fields, as a JSON pointer (RFC 6901: `/spec/replicas`) or as a small part of jq: `.a.b`, `.a["b.c"]`, `.a[0]`, `.a[]`,
 * `.a[?name=="x"]`, `.a[] | select(.name == "x") | .b`. Anything else of jq is refused by name.
 */
export function parseFieldPath(text: string): Result<FieldPath> {
  const refused = (message: string) => failed({ reason: 'InvalidFieldPath', message: `${text}: ${message}` });
  if (text.length > MAX_TEXT) return refused(`it is longer than ${MAX_TEXT} characters`);
  const read = text.startsWith('/') ? pointer(text) : query(text.trim());
  if (typeof read === 'string') return refused(read);
  if (read.length === 0) return refused('it names the whole object');
  return read.length > MAX_STEPS ? refused(`it has more than ${MAX_STEPS} steps`) : ok(read);
}

/** The steps, or why the text cannot be read. */
type Read = FieldPath | string;

function pointer(text: string): Read {
  if (/~(?![01])/.test(text)) return 'a ~ of a JSON pointer is written ~0, and a / in a name ~1';
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^(0|[1-9]\d{0,5})$/.test(part) ? { index: Number(part) } : { member: part }));
}

const NAME = /^\.([A-Za-z_$][\w$-]*)/;
const QUOTED = /^\.?\[\s*("(?:[^"\\]|\\.)*")\s*\]/;
const INDEX = /^\.?\[\s*(\d{1,6})\s*\]/;
const ALL = /^\.?\[\s*\]/;
const LITERAL = String.raw`("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)`;
const WHERE = new RegExp(String.raw`^\.?\[\s*\?\s*\.?([\w$.-]+)\s*==\s*${LITERAL}\s*\]`);
const SELECT = new RegExp(
  String.raw`^\s*\|\s*select\(\s*\.([\w$.-]+)\s*==\s*${LITERAL}\s*\)\s*(?:\|\s*(?=\.))?`,
);
const UNKNOWN = /^(\|\s*\w*|\.\.|,|\?|\w+\(|\.?\[[^\]]*\]?|[^\s.[|]+)/;

function query(text: string): Read {
  const steps: FieldStep[] = [];
  let rest = text === '.' ? '' : text;
  while (rest !== '') {
    const found = nextStep(rest, steps.at(-1));
    if (found === undefined)
      return `${UNKNOWN.exec(rest.trim())?.[0] ?? rest} is not understood; fields are named .a.b, .a["b.c"], .a[0], .a[], .a[?name=="x"]`;
    if (found.replaces) steps.pop();
    steps.push(found.step);
    rest = rest.slice(found.length);
  }
  return steps;
}

interface Found {
  readonly step: FieldStep;
  readonly length: number;
  /** It says which of the items are meant that were all of them so far. */
  readonly replaces?: boolean;
}

function nextStep(text: string, before: FieldStep | undefined): Found | undefined {
  const select = before && 'items' in before && before.items === 'all' ? SELECT.exec(text) : null;
  if (select) return { ...selection(select), replaces: true };
  const name = NAME.exec(text);
  if (name?.[1]) return { step: { member: name[1] }, length: name[0].length };
  const quoted = QUOTED.exec(text);
  const member = quoted?.[1] === undefined ? undefined : literal(quoted[1]);
  if (quoted && typeof member === 'string') return { step: { member }, length: quoted[0].length };
  const index = INDEX.exec(text);
  if (index) return { step: { index: Number(index[1]) }, length: index[0].length };
  const all = ALL.exec(text);
  if (all) return { step: { items: 'all' }, length: all[0].length };
  const where = WHERE.exec(text);
  return where ? selection(where) : undefined;
}

const selection = ([all, path = '', value = '']: RegExpExecArray): Found => ({
  step: { items: 'where', path: path.split('.'), equals: literal(value) },
  length: all.length,
});

function literal(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    return undefined;
  }
}

/** Whether a step means the item of a list. */
function meansItem(step: FieldStep, item: unknown, index: number): boolean {
  if ('index' in step) return step.index === index;
  if (!('items' in step)) return false;
  return step.items === 'all' || deepEqual(valueAt(item, step.path), step.equals);
}

const valueAt = (at: unknown, [first, ...rest]: readonly string[]): unknown => {
  if (first === undefined) return at;
  return isObject(at) && Object.hasOwn(at, first) ? valueAt(at[first], rest) : undefined;
};

/** A member by its name; a number of a JSON pointer is the name of a member where it meets a map. */
const memberOf = (step: FieldStep): string | undefined => {
  if ('member' in step) return step.member;
  return 'index' in step ? String(step.index) : undefined;
};

/** A value without what the path means; the same value where there is nothing of it. Maps that this empties go as well. */
export function withoutField(value: unknown, path: FieldPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item, i) => (meansItem(step, item, i) ? withoutField(item, rest) : item));
    return items.every((item, i) => item === value[i]) ? value : items.filter((item) => item !== undefined);
  }
  const key = memberOf(step);
  if (key === undefined || !isObject(value) || !Object.hasOwn(value, key)) return value;
  const below = withoutField(value[key], rest);
  if (below === value[key]) return value;
  const { [key]: _gone, ...others } = value;
  if (below !== undefined) return { ...value, [key]: below };
  return Object.keys(others).length === 0 ? undefined : others;
}

/** Where the path leads in a value: `.spec.containers[0].image`, each place that is there. */
export function placesOf(value: unknown, path: FieldPath, at = ''): readonly string[] {
  const [step, ...rest] = path;
  if (step === undefined) return value === undefined ? [] : [at];
  if (Array.isArray(value))
    return value.flatMap((item, i) => (meansItem(step, item, i) ? placesOf(item, rest, `${at}[${i}]`) : []));
  const key = memberOf(step);
  if (key === undefined || !isObject(value) || !Object.hasOwn(value, key)) return [];
  return placesOf(
    value[key],
    rest,
    `${at}${/^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}`,
  );
}

/** The paths of a set that the path means, and all below them; `value`: the object whose fields the set names, for what an item is. */
export function fieldsAt(set: FieldSet, value: unknown, path: FieldPath): FieldSet {
  const [step, ...rest] = path;
  if (step === undefined) return EMPTY;
  const members = new Set<PathElement>();
  const children = new Map<PathElement, FieldSet>();
  for (const element of new Set([...set.members, ...set.children.keys()])) {
    const [below, isMeant] = followed(element, value, step);
    if (!isMeant) continue;
    const child = set.children.get(element);
    if (rest.length === 0) {
      if (set.members.has(element)) members.add(element);
      if (child) children.set(element, child);
    } else if (child) {
      const found = fieldsAt(child, below, rest);
      if (!isEmpty(found)) children.set(element, found);
    }
  }
  return { members, children };
}

/** What an element of a field path stands for in a value, and whether a step means it. */
function followed(element: PathElement, value: unknown, step: FieldStep): readonly [unknown, boolean] {
  const content = element.slice(2);
  if (element.startsWith('f:'))
    return [isObject(value) ? value[content] : undefined, memberOf(step) === content];
  const items = Array.isArray(value) ? value : [];
  const index = element.startsWith('i:') ? Number(content) : items.findIndex((item) => isItem(element, item));
  return [items[index], index >= 0 && meansItem(step, items[index], index)];
}

/** Whether an item of a list is the one that `k:{"name":"web"}` or `v:"x"` stands for. */
function isItem(element: PathElement, item: unknown): boolean {
  const wanted = literal(element.slice(2));
  if (element.startsWith('v:')) return deepEqual(item, wanted);
  return (
    isObject(wanted) &&
    isObject(item) &&
    Object.entries(wanted).every(([key, value]) => deepEqual(item[key], value))
  );
}

/** The object without the fields of a set, as far as they are leaves of it; `keep` says which paths stay all the same. */
export function withoutFields(
  value: unknown,
  set: FieldSet,
  keep: (path: readonly PathElement[]) => boolean,
  at: readonly PathElement[] = [],
): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item, i) => {
      const element = [...new Set([...set.children.keys(), ...set.members])].find((one) =>
        one.startsWith('i:') ? Number(one.slice(2)) === i : !one.startsWith('f:') && isItem(one, item),
      );
      return element === undefined ? item : withoutElement(item, element, set, keep, at);
    });
    return items.every((item, i) => item === value[i]) ? value : items.filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  let result = value;
  for (const key of Object.keys(value)) {
    const element = `f:${key}`;
    if (!set.members.has(element) && !set.children.has(element)) continue;
    const below = withoutElement(value[key], element, set, keep, at);
    if (below === value[key]) continue;
    const { [key]: _gone, ...others } = result;
    result = below === undefined ? others : { ...result, [key]: below as Json };
  }
  return result !== value && Object.keys(result).length === 0 ? undefined : result;
}

function withoutElement(
  value: unknown,
  element: PathElement,
  set: FieldSet,
  keep: (path: readonly PathElement[]) => boolean,
  at: readonly PathElement[],
): unknown {
  const path = [...at, element];
  if (keep(path)) return value;
  const child = set.children.get(element);
  if (child) {
    const left = withoutFields(value, child, keep, path);
    // Whoever holds what names an item holds the item.
    return element.startsWith('k:') && !isItem(element, left) ? undefined : left;
  }
  // An item that is owned as such is more than the mark of its owner: its other fields are somebody's.
  return element.startsWith('k:') ? value : undefined;
}
