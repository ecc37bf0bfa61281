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
import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import type { Located, Place } from '../base/located.ts';
import type { Json } from './types.ts';

/** Integers of YAML 1.1 as Go reads them: a leading zero is octal (`defaultMode: 0644`), underscores are spacing. */
const GO_INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]*|0[bB][01_]+|[1-9][0-9_]*)$/;
const integerTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: [...'-+0123456789'],
  resolve: (source) => (GO_INTEGER.test(source) ? Number(goInteger(source)) : NOT_RESOLVED),
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
export function parseYaml(text: string, file: string): Result<Json> {
  const documents = parseDocuments(text, file);
  if (!documents.ok) return documents;
  const [first, second] = documents.value;
  if (second) {
    const message = 'a second document starts here, where one was expected';
    return failed({ reason: 'YamlError', message, place: second.place });
  }
  return ok(first ? first.value : null);
}

/** Every document that is not empty, placed at the line of its first content. */
export function parseDocuments(text: string, file: string): Result<Located<Json>[]> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    const events = parseEvents(source, { filename: file });
    const [problem, ...more] = inexactNumbers(source, file, events);
    if (problem) return failed(problem, ...more);
    return ok(documentsOf(events).flatMap((document) => read(source, file, document)));
  } catch (error) {
    if (error instanceof YAMLException) return failed(problemOfYaml(error, file));
    throw error;
  }
}

function read(source: string, file: string, events: Event[]): Located<Json>[] {
  const offset = events.map(startOf).find((start) => start >= 0);
  if (offset === undefined) return [];
  const [value] = constructFromEvents(events, { source, filename: file, schema: KUBERNETES_SCHEMA });
  return value === null || value === undefined
    ? []
    : [{ value: value as Json, place: placeAt(source, offset, file) }];
}

function problemOfYaml(error: YAMLException, file: string): Problem {
  const { mark } = error;
  const place = mark ? { file, line: mark.line + 1, column: mark.column + 1 } : { file };
  const details = mark?.snippet ? mark.snippet.split('\n') : undefined;
  return { reason: 'YamlError', message: error.reason, place, ...(details ? { details } : {}) };
}

/**
 * Numbers that JSON or a double cannot hold exactly. Rounding one in silence would deploy something else than what
 * is written, and reading it as text would change its type: so it is an error, with the remedy.
 */
function inexactNumbers(source: string, file: string, events: readonly Event[]): Problem[] {
  return events.flatMap((event): Problem[] => {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0)
      return [];
    const written = getScalarValue(source, event);
    const message = inexact(written);
    if (!message) return [];
    const place = placeAt(source, event.valueStart, file);
    return [{ reason: 'YamlError', message, place, remedy: `write "${written}" in quotes if it is text` }];
  });
}

function inexact(written: string): string | undefined {
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(written))
    return `${written} is not a number of JSON`;
  if (written.length < 16 || !GO_INTEGER.test(written) || Number.isSafeInteger(Number(goInteger(written))))
    return;
  return `${written} is too large to be kept exactly as a number`;
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

function placeAt(source: string, offset: number, file: string): Place {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { file, line: lineAt(before), column: offset - lineStart + 1 };
}

function lineAt(before: string): number {
  let line = 1;
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++;
  return line;
}

/** Block style, keys in the order of the object, nothing folded, lists not indented: as kubectl prints. */
export function dumpYaml(value: unknown): string {
  return dump(value, { noRefs: true, lineWidth: -1, seqNoIndent: true, skipInvalid: true });
}

/** JSON pointer (`/image/tag`, `/ports/0`) of every member and item of the first document → its line, from 1. */
export function locateKeys(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let events: Event[];
  try {
    events = documentsOf(parseEvents(text, {}))[0] ?? [];
  } catch {
    // Whoever parses the text reports the error; without it there are no places.
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
        // A key that is no scalar cannot be a key of JSON.
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
