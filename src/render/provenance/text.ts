import type { Place } from '../../base/place.ts';
import { locateScalars, type Stretch } from '../../kube/values/yaml-places.ts';
import type { Condition, Origin, ValueRead, Writer } from '../../model/explanation.ts';
import { NO_ORIGIN, type Provenance } from './origin.ts';
import { type Around, type Output, type Read, type TemplatePoint, type Trail, trailsAt } from './output.ts';

/** A document of YAML, and what is known of whoever wrote it. */
export interface DocumentSource {
  readonly text: string;
  /** The line of the document's first content in the text. */
  readonly line?: number;
  /** Where the object is in its document: `/items/0` in a list. */
  readonly pointer?: string;
  /** Line of `text`, from 1 → place in the source. */
  readonly place: (line: number) => Place;
  readonly written?: WrittenOutput;
}

/** The record of a template's output, of which a text is a part. */
export interface WrittenOutput {
  readonly output: Output;
  /** Lines of the output that are before the text. */
  readonly linesBefore: number;
  /** The file of a template; undefined for what has none, such as a text that `tpl` runs. */
  readonly file: (template: string) => string | undefined;
  /** What was read for a field at a JSON pointer. */
  readonly value: (read: Read, pointer: string) => ValueRead | undefined;
}

/** So many expressions of one field, and values of one expression, are worth reading. */
const MOST = 8;

/** Where the fields of a document come from, by its text. Nothing is looked for before it is asked. */
export function documentProvenance(source: DocumentSource): Provenance {
  let found: ReadonlyMap<string, Stretch> | undefined;
  return {
    field(pointer) {
      found ??= locateScalars(source.text, source.line);
      const stretch = found.get(`${source.pointer ?? ''}${pointer}`);
      return stretch && originOf(source, stretch, pointer);
    },
  };
}

function originOf(source: DocumentSource, { key, scalar }: Stretch, pointer: string): Origin {
  const [from, to] = scalar ? [scalar.from, scalar.to] : [key, key];
  const start = positionOf(source.text, from);
  const place = source.place(start.line);
  const { written } = source;
  if (!written) return { ...NO_ORIGIN, writers: [{ ...column(place, start.column) }] };
  const at = offsetIn(written.output.text, start.line + written.linesBefore, start.column);
  const trails = trailsAt(written.output, at, at + (to - from)).slice(0, MOST);
  const writers = trails.map((trail) => writerOf(trail, written));
  const reads = trails.flatMap(({ part }) => part.reads);
  const around = trails.flatMap((trail) => aroundOf(trail));
  return {
    writers: distinct(writers.filter((one) => one !== undefined)),
    values: valuesOf(reads, written, pointer),
    conditions: conditionsOf(around, written),
    changes: [],
  };
}

const column = (place: Place, at: number): Writer => ({ place: { ...place, column: at } });

interface Position {
  readonly line: number;
  readonly column: number;
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

function offsetIn(text: string, line: number, at: number): number {
  let from = 0;
  for (let n = 1; n < line; n++) {
    const next = text.indexOf('\n', from);
    if (next < 0) break;
    from = next + 1;
  }
  return from + at - 1;
}

/** Of a part whose template is no file, the nearest one around it that is. */
function writerOf(trail: Trail, written: WrittenOutput): Writer | undefined {
  const steps: Writer[] = [trail, ...trail.from].flatMap(({ part, at }) => [
    ...stepOf(at, part.expression, written),
    ...callsOf(part.around, written),
  ]);
  const [first, ...calledFrom] = steps;
  return first && (calledFrom.length === 0 ? first : { ...first, calledFrom });
}

function stepOf(at: TemplatePoint, expression: string | undefined, { file }: WrittenOutput): Writer[] {
  const found = file(at.template);
  if (found === undefined) return [];
  const place = { file: found, line: at.line, ...(at.column === undefined ? {} : { column: at.column }) };
  return [{ place, ...(expression === undefined ? {} : { expression }) }];
}

const callsOf = (around: Around | undefined, written: WrittenOutput): Writer[] =>
  outwards(around)
    .filter(({ kind }) => kind === 'call')
    .flatMap(({ at, expression }) => stepOf(at, expression, written));

const aroundOf = ({ part, from }: Trail): Around[] =>
  [part, ...from.map((one) => one.part)].flatMap((one) => outwards(one.around));

function outwards(around: Around | undefined): Around[] {
  const all: Around[] = [];
  for (let at = around; at; at = at.outer) all.push(at);
  return all;
}

function conditionsOf(around: readonly Around[], written: WrittenOutput): Condition[] {
  const found = around
    .filter(({ kind }) => kind === 'block')
    .flatMap(({ at, expression, reads }) =>
      stepOf(at, expression, written).map(({ place }) => ({
        place,
        expression,
        values: valuesOf(reads, written, ''),
      })),
    );
  return distinct(found).slice(0, MOST);
}

function valuesOf(reads: readonly Read[], { value }: WrittenOutput, pointer: string): ValueRead[] {
  const known = distinct(reads.flatMap((read) => value(read, pointer) ?? []));
  // Who read `Values.image.tag` read `Values.image` on the way.
  const isOnTheWay = ({ name }: ValueRead): boolean => known.some((one) => one.name.startsWith(`${name}.`));
  return known.filter((one) => !isOnTheWay(one)).slice(0, MOST);
}

function distinct<T>(all: readonly T[]): T[] {
  const known = new Set<string>();
  return all.filter((one) => {
    const key = JSON.stringify(one);
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
}
