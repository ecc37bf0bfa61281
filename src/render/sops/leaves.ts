import {
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml';
import { ProblemError } from '../../base/errors.ts';
import { FILE_BOUNDS } from '../../kube/values/bounds.ts';
import { placesOf } from '../../kube/values/yaml-places.ts';

/** A scalar of a document, as SOPS sees it. */
export interface Leaf {
  /** The keys of the maps around it; lists add nothing. */
  readonly path: readonly string[];
  /** Where it stands in the text, tag included. */
  readonly start: number;
  readonly end: number;
  /** Whether brackets or braces are around it: commas end a plain scalar there. */
  readonly isFlow: boolean;
  /** As text, whatever its type. */
  readonly written: string;
  /** A plain scalar has the type that go-yaml v3 gives it, any other is text; a time is RFC 3339. */
  readonly value: string | number | bigint | boolean | null;
}

/** A document that may hold secrets: its leaves in the order of the text, and what SOPS wrote about them. */
export interface Leaves {
  readonly leaves: readonly Leaf[];
  /** Where the maps of its documents begin. */
  readonly documents: readonly number[];
  /** The members `sops` of its documents: where they stand in the text, key included. */
  readonly metadata: readonly Member[];
  /** Where keys stand that are no strings: SOPS reads no file that has one. */
  readonly oddKeys: readonly number[];
}

/** A member of a map, where it stands in the text. */
export interface Member {
  readonly start: number;
  readonly end: number;
  /** Whether braces are around it. */
  readonly isFlow: boolean;
}

const SOPS_KEY = 'sops';

/**
 * The leaves of a YAML or JSON text. Anchors and aliases are refused: SOPS writes none, and what is sealed once would be read twice.
 * @throws ProblemError, YAMLException
 */
export function leavesOf(text: string, file: string): Leaves {
  const events = parseEvents(text, { filename: file, maxDepth: FILE_BOUNDS.depth });
  return new Walk(text, file, events).run();
}

class Walk {
  readonly #text: string;
  readonly #file: string;
  readonly #events: readonly Event[];
  readonly #leaves: Leaf[] = [];
  readonly #documents: number[] = [];
  readonly #metadata: Member[] = [];
  readonly #oddKeys: number[] = [];
  #next = 0;
  #flow = 0;

  constructor(text: string, file: string, events: readonly Event[]) {
    this.#text = text;
    this.#file = file;
    this.#events = events;
  }

  run(): Leaves {
    for (let event = this.#take(); event; event = this.#take())
      if (event.type === EVENT_ID.DOCUMENT) this.#document();
    return {
      leaves: this.#leaves,
      documents: this.#documents,
      metadata: this.#metadata,
      oddKeys: this.#oddKeys,
    };
  }

  #document(): void {
    const event = this.#take();
    if (event === undefined || event.type === EVENT_ID.POP) return;
    if (event.type !== EVENT_ID.MAPPING) throw this.#refused(event, 'a document of SOPS is a map');
    this.#documents.push(event.start);
    this.#flow = event.style === COLLECTION_STYLE.FLOW ? 1 : 0;
    this.#members([]);
    this.#take();
  }

  #members(path: readonly string[]): void {
    for (let key = this.#take(); key && key.type !== EVENT_ID.POP; key = this.#take()) {
      if (key.type !== EVENT_ID.SCALAR) throw this.#refused(key, 'a key of a map must be a scalar');
      const name = getScalarValue(this.#text, key);
      if (typeof typed(this.#text, key) !== 'string' || timestamp(name) !== undefined)
        this.#oddKeys.push(key.valueStart);
      if (path.length === 0 && name === SOPS_KEY) this.#skip(key);
      else this.#node([...path, name]);
    }
  }

  #node(path: readonly string[]): void {
    const event = this.#take();
    if (event === undefined) return;
    if (event.type === EVENT_ID.ALIAS || ('anchorStart' in event && event.anchorStart >= 0))
      throw this.#refused(event, 'SOPS knows no anchors and aliases');
    if (event.type === EVENT_ID.SCALAR) this.#leaves.push(this.#leaf(event, path));
    if (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) return;
    const flow = event.style === COLLECTION_STYLE.FLOW ? 1 : 0;
    this.#flow += flow;
    if (event.type === EVENT_ID.MAPPING) this.#members(path);
    else this.#items(path);
    this.#flow -= flow;
  }

  #items(path: readonly string[]): void {
    while (this.#events[this.#next] && this.#events[this.#next]?.type !== EVENT_ID.POP) this.#node(path);
    this.#take();
  }

  #leaf(event: ScalarEvent, path: readonly string[]): Leaf {
    const { start, end } = spanOf(this.#text, event);
    return {
      path,
      isFlow: this.#flow > 0,
      start: event.tagStart >= 0 ? event.tagStart : start,
      end,
      written: writtenText(this.#text, event),
      value: typed(this.#text, event),
    };
  }

  /** The member `sops`, whatever it holds. A flow collection ends with its bracket, of which there is no event. */
  #skip(key: ScalarEvent): void {
    const { start } = spanOf(this.#text, key);
    let { end } = spanOf(this.#text, key);
    const open: boolean[] = [];
    do {
      const event = this.#take();
      if (!event) break;
      if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE)
        open.push(event.style === COLLECTION_STYLE.FLOW);
      else if (event.type === EVENT_ID.SCALAR) end = Math.max(end, spanOf(this.#text, event).end);
      else if (event.type === EVENT_ID.POP && open.pop())
        end += /^[^\]}]*[\]}]/.exec(this.#text.slice(end))?.[0].length ?? 0;
    } while (open.length > 0);
    this.#metadata.push({ start, end, isFlow: this.#flow > 0 });
  }

  #take(): Event | undefined {
    return this.#events[this.#next++];
  }

  #refused(event: Event, message: string): ProblemError {
    const offset =
      'valueStart' in event
        ? event.valueStart
        : 'anchorStart' in event && event.anchorStart >= 0
          ? event.anchorStart
          : 'start' in event
            ? event.start
            : 0;
    return new ProblemError({
      reason: 'InvalidSopsFile',
      message: `This file cannot be read as one of SOPS: ${message}`,
      place: placesOf(this.#text, this.#file)(Math.max(0, offset)),
    });
  }
}

/** Of a scalar with its quotes, of a block with its indicator. */
function spanOf(text: string, { style, valueStart, valueEnd }: ScalarEvent): { start: number; end: number } {
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED)
    return { start: valueStart - 1, end: valueEnd + 1 };
  if (style === SCALAR_STYLE.PLAIN) return { start: valueStart, end: valueEnd };
  const line = text.lastIndexOf('\n', valueStart - 2) + 1;
  const indicator = /[|>][-+0-9]*[ \t]*(?:#.*)?\r?\n?$/.exec(text.slice(line, valueStart));
  return { start: line + (indicator?.index ?? 0), end: valueEnd };
}

const INTEGER = /^[-+]?(?:0b[01_]+|0x[0-9a-f_]+|0o?[0-7_]*|[1-9][0-9_]*)$/i;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const TIME = /^(\d{4})-(\d\d?)-(\d\d?)(?:([Tt]| +)(\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)?)?$/;

const writtenText = (text: string, event: ScalarEvent): string =>
  event.valueStart < 0 ? '' : getScalarValue(text, event);

function typed(text: string, event: ScalarEvent): Leaf['value'] {
  const written = writtenText(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return written;
  if (/^(?:|~|null|Null|NULL)$/.test(written)) return null;
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(written)) return written.toLowerCase() === 'true';
  return timestamp(written) ?? number(written) ?? written;
}

/** Digits may be parted by underscores, not after a leading point (resolve.go of go-yaml). */
function number(written: string): number | bigint | undefined {
  const whole = written.length < 100 && INTEGER.test(written) ? integer(written) : undefined;
  const digits = /^[-+0-9]/.test(written) ? written.replaceAll('_', '') : written;
  return whole ?? (FLOAT.test(digits) ? Number(digits) : undefined);
}

const INT64 = 1n << 63n;

/** undefined: there are no digits, or more than go-yaml takes for an integer. */
function integer(written: string): bigint | undefined {
  const digits = written.replace(/[-+_]/g, '').replace(/^0o?(?=[0-7])/i, '0o');
  if (!/[0-9a-f]$/i.test(digits) || /^0[box]$/i.test(digits)) return undefined;
  const value = written.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  return value < -INT64 || value >= 2n * INT64 ? undefined : value;
}

/**
 * RFC 3339, as Go's time writes it into the message authentication code; undefined where go-yaml takes the text for no time: a `T` needs a zone,
 * a space has none, and the day must be in the calendar (parseTimestamp of resolve.go).
 */
function timestamp(written: string): string | undefined {
  const [all, year = '', month, day, mark, hour, minute, second, fraction = '', zone] =
    TIME.exec(written) ?? [];
  if (all === undefined || ((mark ?? '').trim() !== '') !== (zone !== undefined)) return undefined;
  const two = (digits = '0'): string => digits.padStart(2, '0');
  const text = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  const at = new Date(`${text}Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, text.length) !== text) return undefined;
  const part = fraction.slice(0, 9).replace(/0+$/, '');
  const isUtc = zone === undefined || /^(?:Z|[-+]00:00)$/.test(zone);
  return `${text}${part === '' ? '' : `.${part}`}${isUtc ? 'Z' : zone}`;
}
