import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import { type FileTree, readText } from '../base/filetree.ts';
import { createMemo } from '../base/memo.ts';
import type { Place } from '../base/place.ts';
import { isObject } from '../kube/values/equal.ts';
import type { Json, JsonObject } from '../kube/values/types.ts';
import { parseYaml } from '../kube/values/yaml.ts';
import { locateKeys } from '../kube/values/yaml-places.ts';

/** Values and, for every member by JSON pointer, the file and line that set it. */
export interface Values {
  readonly data: JsonObject;
  readonly places: ReadonlyMap<string, Place>;
}

export const NO_VALUES: Values = { data: {}, places: new Map() };

/** One segment of a JSON pointer (RFC 6901). */
export const escapeSegment = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** A chart's values are read at every render of every release: the last texts are kept as read. */
const read = createMemo<Result<Values>>(64);
/** Longer texts are seldom, and would be kept for long. */
const KEPT = 2 ** 18;

export function parseValues(text: string, file: string): Result<Values> {
  const key = `${file}\0${text}`;
  const known = read.get(key);
  if (known) return known;
  const values = readValues(text, file);
  if (text.length <= KEPT) read.set(key, values);
  return values;
}

function readValues(text: string, file: string): Result<Values> {
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  if (parsed.value === null) return ok(NO_VALUES);
  if (!isObject(parsed.value)) {
    return failed({
      reason: 'InvalidValues',
      message: `${file} holds ${Array.isArray(parsed.value) ? 'a list' : 'a scalar'}: values must be a map`,
      place: { file, line: 1 },
      remedy: 'Write `name: value` lines.',
    });
  }
  const lines = [...locateKeys(text)].map(([pointer, line]) => [pointer, { file, line }] as const);
  return ok({ data: parsed.value, places: new Map(lines) });
}

/** Values without a file: overrides from a command line or an environment. The place of every member is `source`. */
export function valuesFrom(data: JsonObject, source: string): Values {
  const places = new Map<string, Place>();
  const visit = (value: Json, pointer: string): void => {
    if (pointer !== '') places.set(pointer, { file: source });
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) visit(member, `${pointer}/${escapeSegment(key)}`);
  };
  visit(data, '');
  return { data, places };
}

/**
 * Merges `over` onto `under`: maps merge key by key, lists and scalars replace, null deletes the key, whether or not it existed
 * (the latter differs between releases of Helm; one rule is easier to remember). The result contains no null.
 * Layers must be merged in order, lowest first: two layers that were merged beforehand have lost what their nulls delete.
 */
export function mergeValues(under: Values, over: Values): Values {
  const places = new Map(under.places);
  const forget = (pointer: string): void => {
    for (const known of places.keys()) {
      if (known === pointer || known.startsWith(`${pointer}/`)) places.delete(known);
    }
  };
  const merge = (below: JsonObject, above: JsonObject, at: string): JsonObject => {
    const result: Record<string, Json> = { ...below };
    for (const [key, value] of Object.entries(above)) {
      const pointer = `${at}/${escapeSegment(key)}`;
      const old = Object.hasOwn(below, key) ? below[key] : undefined;
      if (value === null) {
        forget(pointer);
        delete result[key];
      } else if (isObject(value) && isObject(old)) {
        define(result, key, merge(old, value, pointer));
      } else {
        forget(pointer);
        define(result, key, isObject(value) ? merge({}, value, pointer) : value);
      }
    }
    return result;
  };
  const data = merge(under.data, over.data, '');
  for (const [pointer, place] of over.places) {
    if (exists(data, pointer)) places.set(pointer, place);
  }
  return { data, places };
}

/** Sets an own member even for a key such as `__proto__`, which an assignment would take as the prototype. */
function define(target: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** The member under one key as separate values: the values of a subchart. */
export function scopeOf(values: Values, key: string): Values {
  const member = Object.hasOwn(values.data, key) ? values.data[key] : undefined;
  const prefix = `/${escapeSegment(key)}`;
  const inside = [...values.places].filter(([pointer]) => pointer.startsWith(`${prefix}/`));
  return {
    data: isObject(member) ? member : {},
    places: new Map(inside.map(([pointer, place]) => [pointer.slice(prefix.length), place])),
  };
}

/** The reverse of `scopeOf`: all of `values` under one key. */
export function under(key: string, values: Values): Values {
  const prefix = `/${escapeSegment(key)}`;
  return {
    data: { [key]: values.data },
    places: new Map([...values.places].map(([pointer, place]) => [`${prefix}${pointer}`, place])),
  };
}

/** Place of the member at `pointer`, or of the nearest member around it. */
export function placeOf(values: Values, pointer: string): Place | undefined {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = values.places.get(at);
    if (place) return place;
  }
  return undefined;
}

export const valuesFileMissing = (file: string): Problem => ({
  reason: 'ValuesFileMissing',
  message: `There is no values file ${file}`,
  place: { file },
  remedy: 'Add the file, or take it out of the list of values in pilotage.yaml.',
});

/** One layer per file, in order. */
export function readValuesFiles(tree: FileTree, files: readonly string[]): Result<Values[]> {
  const layers: Values[] = [];
  for (const file of files) {
    const text = readText(tree, file);
    if (text === undefined) {
      return failed(valuesFileMissing(file));
    }
    const parsed = parseValues(text, file);
    if (!parsed.ok) return parsed;
    layers.push(parsed.value);
  }
  return ok(layers);
}

function exists(data: JsonObject, pointer: string): boolean {
  let at: Json | undefined = data;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return false;
    if (at === undefined) return false;
  }
  return true;
}
