import {
  boolYaml11Tag,
  CORE_SCHEMA,
  constructFromEvents,
  DUMP_SCHEMA,
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
import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import type { Located, Place } from '../../base/place.ts';
import { type Bounds, describeExcess, excessAt, FILE_BOUNDS } from './bounds.ts';
import { isInt64 } from './json.ts';
import type { Json } from './types.ts';
import { type TooLarge, tooLarge } from './yaml-bounds.ts';
import { readLean } from './yaml-lean.ts';
import { dumpLean } from './yaml-lean-dump.ts';
import { GO_INTEGER, goInteger, integerIn, MAX_DIGITS } from './yaml-numbers.ts';
import { documentsOf, placesOf, type RepeatedLine, repeatedLines, startOf } from './yaml-places.ts';

/** The most problems of one kind that are reported of one text. */
const MAX_PROBLEMS = 20;

const integerTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: [...'-+0123456789'],
  resolve: (source) =>
    source.length <= MAX_DIGITS && GO_INTEGER.test(source) ? integerIn(source) : NOT_RESOLVED,
  identify: (value) => typeof value === 'bigint' || Number.isSafeInteger(value),
  represent: String,
});

/** YAML as Kubernetes reads it (sigs.k8s.io/yaml): neither js-yaml's YAML 1.2 nor its YAML 1.1, but between the two. */
const KUBERNETES_SCHEMA = CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag, integerTag);
const NEWER_SCHEMA = CORE_SCHEMA.withTags(mergeTag, integerTag);

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
  return readDocuments(text, file, bounds, FILE);
}

/** As `parseDocuments`, but as an API server reads a body: of repeated keys the last counts, integers of 64 bits are kept exactly. */
export const parseServed = (
  text: string,
  file: string,
  bounds: Bounds = FILE_BOUNDS,
): Result<Located<Json>[]> => readDocuments(text, file, bounds, { isFile: false });

/** As `parseServed`, but as go-yaml's third version reads YAML: `yes`, `no`, `on` and `off` are text. Tools of Go that are no clients of Kubernetes do. */
export const parseNewer = (
  text: string,
  file: string,
  bounds: Bounds = FILE_BOUNDS,
): Result<Located<Json>[]> => readDocuments(text, file, bounds, { isFile: false, isNewer: true });

/** What a client sends as YAML. Its integers of 64 bits are kept exactly, and of repeated keys the last counts. */
export interface YamlBody {
  readonly value: Json;
  readonly repeated: readonly RepeatedLine[];
}

/** As Kubernetes reads a body: what a repeated key means is up to whoever asked for the reading. */
export function parseYamlBody(text: string, bounds: Bounds): Result<YamlBody> {
  const repeated: RepeatedLine[] = [];
  const documents = readDocuments(text, 'body', bounds, { isFile: false, repeated });
  return documents.ok ? ok({ value: documents.value[0]?.value ?? null, repeated }) : documents;
}

interface Reading {
  /** A file is refused where it could mean something else than its author sees: digits lost, a key given twice. */
  readonly isFile: boolean;
  /** Of the truth values of YAML 1.1 only true and false are some. */
  readonly isNewer?: boolean;
  /** Where the keys go that are given more than once. */
  readonly repeated?: RepeatedLine[];
}

const FILE: Reading = { isFile: true };

/** The events of a text, and the text that their offsets are in. */
export interface YamlEvents {
  readonly source: string;
  readonly events: readonly Event[];
}

/** The events of a text within its bounds, for formats that read tags and scalars by rules of their own. */
export function parseYamlEvents(
  text: string,
  file: string,
  bounds: Bounds = FILE_BOUNDS,
): Result<YamlEvents> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (source.length > bounds.bytes)
    return failed(unreadable({ file }, describeExcess(excessAt(bounds, 'bytes'))));
  try {
    const events = parseEvents(source, { filename: file, maxDepth: bounds.depth });
    const large = tooLarge(source, events, bounds);
    return large ? failed(tooLargeProblem(source, file, large)) : ok({ source, events });
  } catch (error) {
    if (error instanceof YAMLException) return failed(problemOfYaml(error, file, bounds));
    throw error;
  }
}

/** The same of a file of a repository: a number that cannot be kept exactly is a problem. */
export function parseFileEvents(text: string, file: string): Result<YamlEvents> {
  const parsed = parseYamlEvents(text, file);
  if (!parsed.ok) return parsed;
  const [problem, ...more] = inexactNumbers(parsed.value.source, file, parsed.value.events, FILE);
  return problem ? failed(problem, ...more) : parsed;
}

/** What one scalar of `parseFileEvents` means in a file. @throws ProblemError for a tag that it cannot have */
export function scalarOf(source: string, event: ScalarEvent, place: Place): Json {
  const document: Event = {
    type: EVENT_ID.DOCUMENT,
    explicitStart: false,
    explicitEnd: false,
    directives: [],
  };
  try {
    const options = { source, filename: place.file, schema: KUBERNETES_SCHEMA };
    const [value] = constructFromEvents([document, event, { type: EVENT_ID.POP }], options);
    return (value ?? null) as Json;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new ProblemError({ reason: 'YamlError', message: error.reason, place });
  }
}

function readDocuments(
  text: string,
  file: string,
  bounds: Bounds,
  reading: Reading,
): Result<Located<Json>[]> {
  const lean = reading.isNewer || text.length > bounds.bytes ? undefined : readLean(text, bounds);
  if (lean) return ok(lean.map(({ value, line, column }) => ({ value, place: { file, line, column } })));
  const parsed = parseYamlEvents(text, file, bounds);
  if (!parsed.ok) return parsed;
  const { source, events } = parsed.value;
  try {
    const [problem, ...more] = inexactNumbers(source, file, events, reading);
    if (problem) return failed(problem, ...more);
    reading.repeated?.push(...repeatedLines(source, events));
    const place = placesOf(source, file);
    return ok(documentsOf(events).flatMap((document) => read(source, { file, reading }, document, place)));
  } catch (error) {
    if (error instanceof YAMLException) return failed(problemOfYaml(error, file, bounds));
    throw error;
  }
}

function read(
  source: string,
  { file: filename, reading }: { readonly file: string; readonly reading: Reading },
  events: Event[],
  place: (at: number) => Place,
): Located<Json>[] {
  const offset = events.map(startOf).find((start) => start >= 0);
  if (offset === undefined) return [];
  const schema = reading.isNewer ? NEWER_SCHEMA : KUBERNETES_SCHEMA;
  const options = { source, filename, schema, json: !reading.isFile };
  const [value] = constructFromEvents(events, options);
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
function inexactNumbers(
  source: string,
  file: string,
  events: readonly Event[],
  { isFile }: Reading,
): Problem[] {
  const problems: Problem[] = [];
  const placeAt = placesOf(source, file);
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) continue;
    const written = getScalarValue(source, event);
    const said = inexact(written, isFile);
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

function inexact(written: string, isFile: boolean): string | undefined {
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(written)) return 'is not a number of JSON';
  if (written.length < 16 || !GO_INTEGER.test(written)) return;
  if (written.length <= MAX_DIGITS) {
    const integer = goInteger(written);
    if (isFile ? Number.isSafeInteger(Number(integer)) : isInt64(integer)) return;
  }
  return 'is too large to be kept exactly as a number';
}

const DUMPED = DUMP_SCHEMA.withTags(integerTag);

/** Block style, keys in the order of the object, nothing folded, lists not indented: as kubectl prints. */
export const dumpYaml = (value: unknown): string => dumpLean(value) ?? dumpAnyYaml(value);

/** The same of values of every kind. */
export function dumpAnyYaml(value: unknown): string {
  return dump(value, { schema: DUMPED, noRefs: true, lineWidth: -1, seqNoIndent: true, skipInvalid: true });
}
