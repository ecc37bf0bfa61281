import { type Event, parseEvents, YAMLException } from 'js-yaml';
import { type Budget, bytesOf, GoError, type Value } from '../../values.ts';
import { MAX_DEPTH, UNBOUNDED } from '../json.ts';
import { isWellFormed } from '../strings.ts';
import { withinFlow } from './flowindent.ts';
import { goProblem } from './problems.ts';
import { readEvents } from './read.ts';

/** What is wrong with a YAML text, in Go's words. */
export class YamlError extends GoError {
  /** Where it was noticed, from 1; Go's own count in the message is off by one at times. */
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/**
 * The first document of a text as sigs.k8s.io/yaml's Unmarshal reads it into an interface, which values.yaml and fromYaml go through:
 * YAML 1.1 as yaml.v2 has it, then JSON. Every number is a float64, a key given twice has its last value, an empty text is nil.
 * @throws YamlError
 */
export function unmarshalYaml(text: string, budget: Budget = UNBOUNDED): Value {
  try {
    budget.spend(text.length >>> 6);
    const { source, events } = eventsOf(firstDocument(readable(text)), budget);
    return readEvents(source, events, budget);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const line = error instanceof YamlError ? error.line : undefined;
    throw new YamlError(`error converting YAML to JSON: ${error.message}`, line);
  }
}

/** What no YAML may hold (`readerc.go`). */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The text without its mark of byte order, its lines ended in ways that every parser of YAML knows. */
function readable(text: string): string {
  if (FORBIDDEN.test(text)) throw new GoError(`yaml: ${unreadable(text)}`);
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return source.includes('\x85') ? source.replaceAll('\x85', '\n') : source;
}

function unreadable(text: string): string {
  if (isWellFormed(text)) return 'control characters are not allowed';
  const bytes = bytesOf(text.slice(text.search(/[\uDC80-\uDCFF](?<![\uD800-\uDBFF].)/s)));
  const [first = 0] = bytes;
  if (first < 0xc0 || first >= 0xf8) return 'invalid leading UTF-8 octet';
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const isTrailed = bytes.subarray(1, length).every((byte) => byte >> 6 === 2);
  if (!isTrailed) return 'invalid trailing UTF-8 octet';
  return bytes.length < length ? 'incomplete UTF-8 octet sequence' : 'invalid length of a UTF-8 sequence';
}

const MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
const CONTENT = /^(?!%)[ \t]*[^#\s]/m;

/** Go stops after the first document: what comes then may be anything. */
function firstDocument(text: string): string {
  // Most texts have none, and to look at each of their lines takes as long as to parse them.
  if (!/^(?:---|\.\.\.)/.test(text) && !text.includes('\n---') && !text.includes('\n...')) return text;
  let isOpen = false;
  for (const { 0: marker, index } of text.matchAll(MARKER)) {
    isOpen ||= CONTENT.test(text.slice(0, index));
    if (isOpen) return text.slice(0, index);
    isOpen = marker === '---';
  }
  return text;
}

interface Parsed {
  /** The text that the events point into. */
  readonly source: string;
  readonly events: readonly Event[];
}

function eventsOf(source: string, budget: Budget): Parsed {
  try {
    return { source, events: parseEvents(source, { maxDepth: MAX_DEPTH }) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const indented = withinFlow(source, error);
    if (indented !== undefined) {
      budget.spend(source.length >>> 6);
      return eventsOf(indented, budget);
    }
    const { problem, line, shown, end } = goProblem(source, error);
    if (end !== undefined) return eventsOf(source.slice(0, end), budget);
    throw new YamlError(`yaml: ${shown > 0 ? `line ${shown}: ` : ''}${problem}`, line);
  }
}
