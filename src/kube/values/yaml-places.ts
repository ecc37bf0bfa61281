import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import type { Place } from '../../base/place.ts';
import { FILE_BOUNDS } from './bounds.ts';

/** One slice of events per document, each with its opening and closing event. */
export function documentsOf(events: readonly Event[]): Event[][] {
  const documents: Event[][] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) documents.push([]);
    documents.at(-1)?.push(event);
  }
  return documents;
}

/** Offset of what a person sees of a node; negative for events that are no node. */
export function startOf(event: Event): number {
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
export function placesOf(source: string, file: string): (offset: number) => Place {
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

/** A key that a map of YAML gives once more. */
export interface RepeatedLine {
  readonly key: string;
  /** From 1. */
  readonly line: number;
}

/** Every key that a map of the events gives more than once, in the order of the text; merge keys are none. */
export function repeatedLines(source: string, events: readonly Event[]): RepeatedLine[] {
  const found: RepeatedLine[] = [];
  const place = placesOf(source, '');
  const frames: { readonly seen: Set<string> | undefined; isKey: boolean }[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) frames.pop();
    const frame = frames.at(-1);
    if (frame?.seen && event.type !== EVENT_ID.POP) {
      if (frame.isKey && event.type === EVENT_ID.SCALAR) {
        const key = getScalarValue(source, event);
        const isMerge = key === '<<' && event.style === SCALAR_STYLE.PLAIN;
        if (!isMerge && frame.seen.has(key)) found.push({ key, line: place(event.valueStart).line ?? 0 });
        frame.seen.add(key);
      }
      frame.isKey = !frame.isKey;
    }
    if (event.type === EVENT_ID.MAPPING) frames.push({ seen: new Set(), isKey: true });
    else if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.DOCUMENT)
      frames.push({ seen: undefined, isKey: false });
  }
  return found;
}

/**
 * JSON pointer (`/image/tag`, `/ports/0`) of every member and item of a document → its line, from 1.
 * `start`: the line of its first content; absent: the first document.
 */
export function locateKeys(text: string, start?: number): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const place = placesOf(text, '');
  walkKeys(text, start, (pointer, offset) => {
    const { line = 1 } = place(offset);
    if (!lines.has(pointer)) lines.set(pointer, line);
  });
  return lines;
}

/** Where a member or an item stands in its text: offsets. */
export interface Stretch {
  /** Of the key; of an item, of itself. */
  readonly key: number;
  /** Of its value, if that is a scalar. */
  readonly scalar?: { readonly from: number; readonly to: number };
}

/** As `locateKeys`, with the offsets of keys and scalars. */
export function locateScalars(text: string, start?: number): ReadonlyMap<string, Stretch> {
  const found = new Map<string, Stretch>();
  walkKeys(text, start, (pointer, key, value) => {
    if (found.has(pointer)) return;
    const isScalar = value?.type === EVENT_ID.SCALAR;
    found.set(pointer, isScalar ? { key, scalar: { from: value.valueStart, to: value.valueEnd } } : { key });
  });
  return found;
}

/** A member or item whose value is a scalar or an alias, of any document of a text. */
export interface FoundValue {
  /** JSON pointer in its document. */
  readonly pointer: string;
  /** From 0. */
  readonly document: number;
  readonly event: Event;
}

/** Every scalar and alias that is a value, in the order of the text. @throws YAMLException */
export function everyValue(text: string): FoundValue[] {
  const found: FoundValue[] = [];
  for (const [document, events] of documentsOf(parseEvents(text, { maxDepth: FILE_BOUNDS.depth })).entries())
    new KeyWalk(text, events.slice(1), (pointer, _offset, event) => {
      if (event?.type === EVENT_ID.SCALAR || event?.type === EVENT_ID.ALIAS)
        found.push({ pointer, document, event });
    }).node('');
  return found;
}

/** Called for each member and item, in the order of the text. */
type Found = (pointer: string, offset: number, value: Event | undefined) => void;

function walkKeys(text: string, start: number | undefined, found: Found): void {
  let events: Event[];
  try {
    const documents = documentsOf(parseEvents(text, { maxDepth: FILE_BOUNDS.depth }));
    const place = placesOf(text, '');
    const first = (document: Event[]): number => document.map(startOf).find((at) => at >= 0) ?? 0;
    const wanted = documents.find((document) => start === undefined || place(first(document)).line === start);
    events = wanted ?? [];
  } catch {
    // The parser of the text reports the error; without it there are no places.
    return;
  }
  new KeyWalk(text, events.slice(1), found).node('');
}

class KeyWalk {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #found: Found;
  #next = 0;

  constructor(text: string, events: readonly Event[], found: Found) {
    this.#text = text;
    this.#events = events;
    this.#found = found;
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
      if (!isMerge) this.#found(below, event.valueStart, this.#events[this.#next]);
      this.node(below);
    }
  }

  #items(pointer: string): void {
    let index = 0;
    for (let event = this.#peek(); event; event = this.#peek()) {
      const below = `${pointer}/${index++}`;
      this.#found(below, startOf(event), event);
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
}

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
