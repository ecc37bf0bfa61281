import { ok, type Problem, type Result } from '../base/errors.ts';
import type { Place } from '../base/place.ts';
import type { Bounds } from '../kube/values/bounds.ts';
import type { Json, JsonObject } from '../kube/values/types.ts';
import { parseYaml } from '../kube/values/yaml.ts';
import { locateKeys } from '../kube/values/yaml-places.ts';
import { parseDuration } from './duration.ts';

/** Where a reading stands: the value, its JSON pointer, and the report that all cursors of one file share. */
export interface Cursor {
  readonly value: Json;
  readonly pointer: string;
  readonly report: Report;
}

export interface Report {
  readonly file: string;
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: Problem[];
}

/** An entry of a list, with where it was read. */
export interface Item<T> {
  readonly at: Cursor;
  readonly entry: T;
}

/** A YAML text at its root. The problems of what is read from there are in `report`. */
export function openText(text: string, file: string, bounds?: Bounds): Result<Cursor> {
  const parsed = parseYaml(text, file, bounds);
  if (!parsed.ok) return parsed;
  return ok({ value: parsed.value, pointer: '', report: { file, lines: locateKeys(text), problems: [] } });
}

export const placeOf = ({ pointer, report }: Cursor): Place => {
  const line = report.lines.get(pointer);
  return { file: report.file, ...(line === undefined ? {} : { line }) };
};

/** Reports what is wrong here; returns undefined so that a reader can end with it. */
export function complain(at: Cursor, reason: string, message: string, remedy?: string): undefined {
  at.report.problems.push({
    reason,
    message: `${fieldOf(at.pointer)}: ${message}`,
    place: placeOf(at),
    ...(remedy ? { remedy } : {}),
  });
  return undefined;
}

/** `/spec/environments/0/name` as people write it: `spec.environments[0].name`. */
export function fieldOf(pointer: string): string {
  if (pointer === '') return 'the file';
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}

/** The members of a map whose keys are all known; a key that is not gets a problem with the nearest known one. */
export function readMap<K extends string>(
  at: Cursor | undefined,
  known: readonly K[],
): Partial<Record<K, Cursor>> {
  const members: Partial<Record<string, Cursor>> = {};
  for (const [key, member] of entriesOf(at)) {
    if ((known as readonly string[]).includes(key)) members[key] = member;
    else complain(member, 'UnknownField', 'is not a known field', suggest(key, known));
  }
  return members as Partial<Record<K, Cursor>>;
}

/** The members of a map with free keys. A null map is an empty one, as YAML's `apps:` reads. */
export function entriesOf(at: Cursor | undefined): readonly (readonly [string, Cursor])[] {
  if (at === undefined || at.value === null) return [];
  if (typeof at.value !== 'object' || Array.isArray(at.value)) {
    complain(at, 'WrongType', `must be a map, not ${nameOf(at.value)}`);
    return [];
  }
  return Object.entries(at.value as JsonObject).map(([key, value]) => [key, child(at, key, value)] as const);
}

export function readList(at: Cursor | undefined): readonly Cursor[] {
  if (at === undefined || at.value === null) return [];
  if (!Array.isArray(at.value)) {
    complain(at, 'WrongType', `must be a list, not ${nameOf(at.value)}`);
    return [];
  }
  return at.value.map((value, i) => child(at, String(i), value));
}

export function readString(at: Cursor | undefined): string | undefined {
  if (at === undefined) return undefined;
  if (typeof at.value === 'string' && at.value !== '') return at.value;
  return complain(at, 'WrongType', `must be a text, not ${at.value === '' ? 'empty' : nameOf(at.value)}`);
}

export function readBoolean(at: Cursor | undefined): boolean | undefined {
  if (at === undefined) return undefined;
  if (typeof at.value === 'boolean') return at.value;
  return complain(at, 'WrongType', `must be true or false, not ${nameOf(at.value)}`);
}

export function readCount(at: Cursor | undefined): number | undefined {
  if (at === undefined) return undefined;
  if (typeof at.value === 'number' && Number.isInteger(at.value) && at.value >= 0) return at.value;
  return complain(at, 'WrongType', `must be a whole number from 0, not ${nameOf(at.value)}`);
}

/** Milliseconds. */
export function readDuration(at: Cursor | undefined): number | undefined {
  if (at === undefined) return undefined;
  const ms = typeof at.value === 'string' ? parseDuration(at.value) : undefined;
  return (
    ms ?? complain(at, 'WrongType', `must be a duration such as 30s, 2m or 72h, not ${nameOf(at.value)}`)
  );
}

export function readOneOf<T extends string>(at: Cursor | undefined, choices: readonly T[]): T | undefined {
  if (at === undefined) return undefined;
  const found = choices.find((choice) => choice === at.value);
  return found ?? complain(at, 'WrongValue', `must be one of ${choices.join(', ')}, not ${nameOf(at.value)}`);
}

/** A folder or file inside the repository, normalised: no leading `./`, no trailing `/`, never outside. */
export function readPath(at: Cursor | undefined): string | undefined {
  const text = readString(at);
  if (text === undefined || at === undefined) return undefined;
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (text.startsWith('/') || parts.includes('..')) {
    return complain(
      at,
      'PathOutside',
      `"${text}" is outside of the repository`,
      'Name it relative to the root of the repository.',
    );
  }
  return parts.join('/');
}

const child = (at: Cursor, key: string, value: Json): Cursor => ({
  value,
  pointer: `${at.pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  report: at.report,
});

function nameOf(value: Json): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function suggest(key: string, known: readonly string[]): string {
  const nearest = known.find((candidate) => distance(key.toLowerCase(), candidate.toLowerCase()) <= 2);
  return nearest ? `Did you mean ${nearest}?` : `Known here: ${known.join(', ')}.`;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
