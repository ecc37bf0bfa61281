import {
  boolYaml11Tag,
  CORE_SCHEMA,
  constructFromEvents,
  defineScalarTag,
  dump,
  EVENT_ID,
  type Event,
  getScalarValue,
  mergeTag,
  NOT_RESOLVED,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { Located, Place } from '../../base/place.ts';
import { type Bounds, describeExcess, excessAt, FILE_BOUNDS } from './bounds.ts';
import type { Json } from './types.ts';
import { type TooLarge, tooLarge } from './yaml-bounds.ts';

/** No number of JSON is written with so many; reading millions of digits takes quadratic time. */
const MAX_DIGITS = 400;
/** The most problems of one kind that are reported of one text. */
const MAX_PROBLEMS = 20;

/** Integers of YAML 1.1 as Go reads them: a leading zero is octal (`defaultMode: 0644`), underscores are spacing. */
const GO_INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]*|0[bB][01_]+|[1-9][0-9_]*)$/;
const integerTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: [...'-+0123456789'],
  resolve: (source) =>
    source.length <= MAX_DIGITS && GO_INTEGER.test(source) ? Number(goInteger(source)) : NOT_RESOLVED,
  identify: Number.isSafeInteger,
});

function goInteger(source: string): bigint {
  const plain = source.replace(/[-+_]/g, '').replace(/^0[oO]?(?=[0-7])/, '0o');
  const magnitude = BigInt(plain);
  return source.startsWith('-') ? -magnitude : magnitude;
}

/** YAML as Kubernetes reads it (sigs.k8s.io/yaml): neither js-yaml's YAML 1.2 nor its YAML 1.1, but between the two. */
const KUBERNETES_SCHEMA = CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag, integerTag);

/** One document as Kubernetes reads YAML; an empty text is null. Problems carry file, line and column. */
export function parseYaml(text: string, file: string, bounds: Bounds = FILE_BOUNDS): Result<Json> {
  const documents = parseDocuments(text, file, bounds);
  if (!documents.ok) return documents;
  const [first, second] = documents.value;
  if (second) {
    const message = 'a second document starts here, where one was expected';
    return failed({ reason: 'YamlError', message, place: second.place });
  }
  return ok(first ? first.value : null);
}

/**
 * Every document that is not empty, placed at the line of its first content. What goes beyond the bounds once its aliases are
 * expanded is a problem (`DocumentTooLarge`), and is not read: so nothing that walks a value has to count.
 */
export function parseDocuments(
  text: string,
  file: string,
  bounds: Bounds = FILE_BOUNDS,
): Result<Located<Json>[]> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (source.length > bounds.bytes)
    return failed(unreadable({ file }, describeExcess(excessAt(bounds, 'bytes'))));
  try {
    const events = parseEvents(source, { filename: file, maxDepth: bounds.depth });
    const large = tooLarge(source, events, bounds);
    if (large) return failed(tooLargeProblem(source, file, large));
    const [problem, ...more] = inexactNumbers(source, file, events);
    if (problem) return failed(problem, ...more);
    const place = placesOf(source, file);
    return ok(documentsOf(events).flatMap((document) => read(source, file, document, place)));
  } catch (error) {
    if (error instanceof YAMLException) return failed(problemOfYaml(error, file, bounds));
    throw error;
  }
}

function read(source: string, file: string, events: Event[], place: (at: number) => Place): Located<Json>[] {
  const offset = events.map(startOf).find((start) => start >= 0);
  if (offset === undefined) return [];
  const [value] = constructFromEvents(events, { source, filename: file, schema: KUBERNETES_SCHEMA });
  return value === null || value === undefined ? [] : [{ value: value as Json, place: place(offset) }];
}

function tooLargeProblem(source: string, file: string, large: TooLarge): Problem {
  const place = placesOf(source, file)(Math.max(0, startOf(large.at)));
  if (large.type === 'circle') return unreadable(place, 'an alias refers to a node that it is part of');
  const isAlias = large.at.type === EVENT_ID.ALIAS;
  return unreadable(
    place,
    `${describeExcess(large.excess)}${isAlias ? ', counting what each alias stands for' : ''}`,
  );
}

const unreadable = (place: Place, what: string): Problem => ({
  reason: 'DocumentTooLarge',
  message: `the YAML is too large to be read: ${what}`,
  place,
  remedy: 'write less of it by alias, or split the file',
});

function problemOfYaml(error: YAMLException, file: string, bounds: Bounds): Problem {
  const { mark } = error;
  const place = mark ? { file, line: mark.line + 1, column: mark.column + 1 } : { file };
  if (error.reason.startsWith('nesting exceeded'))
    return unreadable(place, describeExcess(excessAt(bounds, 'depth')));
  const details = mark?.snippet ? mark.snippet.split('\n') : undefined;
  return { reason: 'YamlError', message: error.reason, place, ...(details ? { details } : {}) };
}

/**
 * Numbers that JSON or a double cannot hold exactly. Rounding one in silence would deploy something else than what
 * is written, and reading it as text would change its type: so it is an error, with the remedy.
 */
function inexactNumbers(source: string, file: string, events: readonly Event[]): Problem[] {
  const problems: Problem[] = [];
  const placeAt = placesOf(source, file);
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) continue;
    const written = getScalarValue(source, event);
    const said = inexact(written);
    if (!said) continue;
    const shown = written.length > 40 ? `${written.slice(0, 40)}…` : written;
    problems.push({
      reason: 'YamlError',
      message: `${shown} ${said}`,
      place: placeAt(event.valueStart),
      remedy: `write "${shown}" in quotes if it is text`,
    });
    // A file full of them is said to be one by its first.
    if (problems.length === MAX_PROBLEMS) break;
  }
  return problems;
}

function inexact(written: string): string | undefined {
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(written)) return 'is not a number of JSON';
  if (written.length < 16 || !GO_INTEGER.test(written)) return;
  if (written.length <= MAX_DIGITS && Number.isSafeInteger(Number(goInteger(written)))) return;
  return 'is too large to be kept exactly as a number';
}

/** One slice of events per document, each with its opening and closing event. */
function documentsOf(events: readonly Event[]): Event[][] {
  const documents: Event[][] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) documents.push([]);
    documents.at(-1)?.push(event);
  }
  return documents;
}

/** Offset of what a person sees of a node; negative for events that are no node. */
function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    default:
      return -1;
  }
}

/** Places by rising offset: each line break is counted once, however many places are asked for. */
function placesOf(source: string, file: string): (offset: number) => Place {
  let line = 1;
  let lineStart = 0;
  return (offset) => {
    for (
      let at = source.indexOf('\n', lineStart);
      at >= 0 && at < offset;
      at = source.indexOf('\n', lineStart)
    ) {
      line++;
      lineStart = at + 1;
    }
    return { file, line, column: offset - lineStart + 1 };
  };
}

/** Block style, keys in the order of the object, nothing folded, lists not indented: as kubectl prints. */
export function dumpYaml(value: unknown): string {
  return dump(value, { noRefs: true, lineWidth: -1, seqNoIndent: true, skipInvalid: true });
}

/**
 * JSON pointer (`/image/tag`, `/ports/0`) of every member and item of a document → its line, from 1.
 * `start`: the line of its first content; absent: the first document.
 */
export function locateKeys(text: string, start?: number): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let events: Event[];
  try {
    const documents = documentsOf(parseEvents(text, { maxDepth: FILE_BOUNDS.depth }));
    const place = placesOf(text, '');
    const first = (document: Event[]): number => document.map(startOf).find((at) => at >= 0) ?? 0;
    const wanted = documents.find((document) => start === undefined || place(first(document)).line === start);
    events = wanted ?? [];
  } catch {
    // The parser of the text reports the error; without it there are no places.
    return lines;
  }
  new KeyWalk(text, events.slice(1), lines).node('');
  return lines;
}

class KeyWalk {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #lines: Map<string, number>;
  #next = 0;
  #line = 1;
  #offset = 0;

  constructor(text: string, events: readonly Event[], lines: Map<string, number>) {
    this.#text = text;
    this.#events = events;
    this.#lines = lines;
  }

  node(pointer: string): void {
    const event = this.#events[this.#next++];
    if (event?.type === EVENT_ID.MAPPING) this.#members(pointer);
    if (event?.type === EVENT_ID.SEQUENCE) this.#items(pointer);
  }

  #members(pointer: string): void {
    for (let event = this.#peek(); event; event = this.#peek()) {
      if (event.type !== EVENT_ID.SCALAR) {
        // Only a scalar can be a key in JSON.
        this.node(pointer);
        this.node(pointer);
        continue;
      }
      this.#next++;
      const key = getScalarValue(this.#text, event as ScalarEvent);
      const isMerge = key === '<<' && event.style === SCALAR_STYLE.PLAIN;
      const below = isMerge ? pointer : `${pointer}/${escapePointer(key)}`;
      if (!isMerge) this.#found(below, event.valueStart);
      this.node(below);
    }
  }

  #items(pointer: string): void {
    let index = 0;
    for (let event = this.#peek(); event; event = this.#peek()) {
      const below = `${pointer}/${index++}`;
      this.#found(below, startOf(event));
      this.node(below);
    }
  }

  /** The next event of this collection; its end is taken. */
  #peek(): Event | undefined {
    const event = this.#events[this.#next];
    if (event?.type !== EVENT_ID.POP) return event;
    this.#next++;
    return undefined;
  }

  /** Offsets rise, so each line break is counted once. */
  #found(pointer: string, offset: number): void {
    for (; this.#offset < offset; this.#offset++) if (this.#text[this.#offset] === '\n') this.#line++;
    if (!this.#lines.has(pointer)) this.#lines.set(pointer, this.#line);
  }
}

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
