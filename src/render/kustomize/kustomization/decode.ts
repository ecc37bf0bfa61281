import type { Place } from '../../../base/place.ts';
import { suggest } from '../../../charts/suggest.ts';
import { refuse } from '../errors.ts';
import { isMissing, isString, type Node } from '../yaml/node.ts';
import { resolve } from '../yaml/resolve.ts';

/** A value of a kustomization, and how errors call it: `configMapGenerator[0].files`. */
export interface Cursor {
  readonly node: Node;
  readonly path: string;
  readonly file: string;
}

export const placeOf = ({ node, file }: Cursor): Place =>
  node.line === undefined ? { file } : { file, line: node.line };

type Decode<T> = (cursor: Cursor) => T;

const describe = ({ kind, tag, text }: Node): string =>
  kind === 'map'
    ? 'a map'
    : kind === 'list'
      ? 'a list'
      : tag === '!!null'
        ? 'null'
        : `${WORDS[tag] ?? ''}${text}`;
const WORDS: Readonly<Record<string, string>> = {
  '!!str': 'the text ',
  '!!int': 'the number ',
  '!!float': 'the number ',
  '!!bool': 'the boolean ',
  '!!timestamp': 'the date ',
};

const mistyped = (cursor: Cursor, wanted: string, remedy?: string): Error =>
  refuse(`${cursor.path} must be ${wanted}, not ${describe(cursor.node)}`, placeOf(cursor), remedy);

export const text: Decode<string> = (cursor) => {
  const { node } = cursor;
  if (isString(node) || (node.kind === 'scalar' && node.tag === '!!timestamp')) return node.text;
  throw mistyped(
    cursor,
    'a text',
    cursor.node.kind === 'scalar' ? `Put it in quotes: "${cursor.node.text}".` : undefined,
  );
};

export const boolean: Decode<boolean> = (cursor) => {
  const { node } = cursor;
  if (node.kind === 'scalar' && !node.quoted) {
    const value = resolve(node.text).value;
    if (typeof value === 'boolean') return value;
    // The file is YAML 1.1 to kustomize.
    if (/^(?:yes|Yes|YES|on|On|ON)$/.test(node.text)) return true;
    if (/^(?:no|No|NO|off|Off|OFF)$/.test(node.text)) return false;
  }
  throw mistyped(cursor, 'true or false');
};

export const integer: Decode<number> = (cursor) => {
  const { node } = cursor;
  const value = node.kind === 'scalar' && !node.quoted ? resolve(node.text).value : undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw mistyped(cursor, 'an integer');
};

/** What is null counts as absent, as Go decodes it. */
export function listOf<T>(item: Decode<T>): Decode<readonly T[]> {
  return (cursor) => {
    const { node, path, file } = cursor;
    if (node.kind !== 'list') throw mistyped(cursor, 'a list');
    return node.items.map((one, i) => item({ node: one, path: `${path}[${i}]`, file }));
  };
}

export const texts = listOf(text);

export const textMap: Decode<ReadonlyMap<string, string>> = (cursor) => {
  const { node, path, file } = cursor;
  if (node.kind !== 'map') throw mistyped(cursor, 'a map');
  return new Map(
    [...node.fields].map(([key, value]) => [
      key,
      isMissing(value) ? '' : text({ node: value, path: `${path}.${key}`, file }),
    ]),
  );
};

/** Any value, as it is. */
export const anything: Decode<Cursor> = (cursor) => cursor;

type Table = Readonly<Record<string, Decode<unknown>>>;
type Decoded<T extends Table> = { readonly [K in keyof T]?: ReturnType<T[K]> } & { readonly place: Place };

/** A map of known members; names may be written in any case, as Go's JSON reads them. @throws ProblemError for others */
export function object<T extends Table>(table: T): Decode<Decoded<T>> {
  const names = new Map(Object.keys(table).map((name) => [name.toLowerCase(), name]));
  return (cursor) => {
    const { node, path, file } = cursor;
    if (node.kind !== 'map') throw mistyped(cursor, 'a map');
    const members = [...node.fields].flatMap(([key, value]) => {
      const name = Object.hasOwn(table, key) ? key : names.get(key.toLowerCase());
      const below = { node: value, path: path === '' ? key : `${path}.${key}`, file };
      const decode = name === undefined ? undefined : table[name];
      if (!decode) throw unknown(key, below, Object.keys(table));
      return isMissing(value) ? [] : [[name, decode(below)]];
    });
    return { ...Object.fromEntries(members), place: placeOf(cursor) };
  };
}

function unknown(key: string, cursor: Cursor, known: readonly string[]): Error {
  const near = suggest(key, known);
  return refuse(
    `${cursor.path} is not a field of a kustomization`,
    placeOf(cursor),
    near ?? `Fields here: ${known.join(', ')}.`,
  );
}
