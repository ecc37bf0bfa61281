import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { Located, Place } from '../../base/place.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../kube/values/types.ts';
import { parseDocuments, parseServed } from '../../kube/values/yaml.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';
import type { Provenance } from '../provenance/origin.ts';
import { documentProvenance, type WrittenOutput } from '../provenance/text.ts';
import { misspelt } from './misspelt.ts';

/** An object and where it was written; the app is added at the end. */
export interface Written {
  readonly object: KubeObject;
  readonly origin: Place;
  /** Where the member at a JSON pointer was written, or what holds it; absent where nobody knows more than the origin. */
  readonly placeOf?: (pointer: string) => Place | undefined;
  /** Where its fields come from, in a render that is to explain them. */
  readonly provenance?: Provenance;
}

/** A text of YAML documents, and for each of its lines the place that a person would have to edit. */
export interface SourceText {
  /** Names the text in errors that have no line. */
  readonly file: string;
  readonly text: string;
  /** Line of `text`, from 1 → place in the source. */
  readonly place: (line: number) => Place;
  /** True for output of a template: errors show the rendered lines, because the source does not hold them. */
  readonly rendered: boolean;
  /** How the text came about, where that was recorded. */
  readonly written?: WrittenOutput;
}

/** A document that has been parsed already. */
export interface ReadDocument extends Located<Json> {
  /** Where the member of a JSON pointer was written; absent: the line of the text says it. */
  readonly placeOf?: (pointer: string) => Place;
}

export interface ReadOptions {
  /** Documents that are not Kubernetes objects are skipped (and listed) instead of refused: a repository holds other YAML too. */
  readonly lenient: boolean;
  /**
   * As an API server takes a manifest that somebody else has written: of a key given twice the last value counts, and a field that is
   * nearly a known one is only reported.
   */
  readonly asServed?: boolean;
  /** Somebody is going to ask where fields come from. */
  readonly explain?: boolean;
}

export interface ReadManifests {
  readonly manifests: readonly Written[];
  readonly warnings: readonly Problem[];
  readonly skipped: readonly Place[];
}

/** Every Kubernetes object of a text, `List`s opened. */
export function readManifests(source: SourceText, options: ReadOptions): Result<ReadManifests> {
  const parsed = options.asServed
    ? parseServed(source.text, source.file)
    : parseDocuments(source.text, source.file);
  return parsed.ok
    ? readValues(source, parsed.value, options)
    : failed(yamlProblem(source, parsed.problems[0]));
}

/** The same of a text that has been parsed already. */
export function readValues(
  source: SourceText,
  documents: readonly ReadDocument[],
  options: ReadOptions,
): Result<ReadManifests> {
  const manifests: Written[] = [];
  const skipped: Place[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const document of documents) {
    const origin = source.place(document.place.line ?? 1);
    const read = readObject(document.value, origin, options);
    if (read === 'skipped') skipped.push(origin);
    else if ('reason' in read) problems.push(withExcerpt(read, source, document));
    else {
      const written = writtenOf(read.objects, source, document);
      const explains = options.explain && !document.placeOf;
      manifests.push(
        ...(explains ? written.map((one, i) => ({ ...one, ...explained(source, document, i) })) : written),
      );
    }
    const unknown = misspelt(source, document);
    (options.asServed ? warnings : problems).push(...unknown.problems);
    warnings.push(...unknown.warnings);
  }
  const [first, ...others] = problems;
  return first ? failed(first, ...others) : ok({ manifests, skipped, warnings });
}

/** Members are looked for when somebody asks: a delivery seldom does. The objects of a List are known by its place alone. */
function writtenOf(
  objects: readonly KubeObject[],
  source: SourceText,
  { value, place: { line = 1 }, placeOf: known }: ReadDocument,
): readonly Written[] {
  const origin = source.place(line);
  const [object] = objects;
  if (!object || (object as unknown) !== value) return objects.map((one) => ({ object: one, origin }));
  if (known) return [{ object, origin, placeOf: known }];
  let lines: ReadonlyMap<string, number> | undefined;
  const placeOf = (pointer: string): Place | undefined => {
    lines ??= locateKeys(source.text, line);
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const found = lines.get(at);
      if (found !== undefined) return source.place(found);
    }
    return undefined;
  };
  return [{ object, origin, placeOf }];
}

function explained(
  source: SourceText,
  { value, place: { line = 1 } }: Located<Json>,
  index: number,
): Pick<Written, 'provenance'> {
  const isList = isObject(value) && Array.isArray(value.items) && String(value.kind).endsWith('List');
  return { provenance: documentProvenance({ ...source, line, pointer: isList ? `/items/${index}` : '' }) };
}

type ReadObject = Problem | 'skipped' | { readonly objects: readonly KubeObject[] };

function readObject(value: Json, place: Place, options: ReadOptions): ReadObject {
  const invalid = (message: string, remedy: string): Problem => ({
    reason: 'InvalidManifest',
    message,
    place,
    remedy,
  });
  if (value === null) return { objects: [] };
  if (!isObject(value) || (value.apiVersion === undefined && value.kind === undefined)) {
    if (options.lenient) return 'skipped';
    return invalid(
      `This document is ${isObject(value) ? 'no Kubernetes object' : describe(value)}`,
      'A Kubernetes object starts with apiVersion and kind.',
    );
  }
  const { apiVersion, kind } = value;
  if (typeof kind !== 'string' || kind === '') {
    if (options.lenient && kind === undefined) return 'skipped';
    return invalid(
      `This object of ${String(apiVersion)} has no kind`,
      'Add kind: Deployment, or whatever it is.',
    );
  }
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return invalid(
      `This ${kind} has no apiVersion`,
      'Add apiVersion, for example apiVersion: apps/v1 for a Deployment.',
    );
  }
  if (kind.endsWith('List') && Array.isArray(value.items)) return readList(value.items, place, options);
  return readNamed(value, kind, invalid);
}

function readList(items: readonly Json[], place: Place, options: ReadOptions): ReadObject {
  const objects: KubeObject[] = [];
  for (const item of items) {
    const read = readObject(item, place, options);
    if (read === 'skipped') continue;
    if ('reason' in read) return read;
    objects.push(...read.objects);
  }
  return { objects };
}

function readNamed(
  value: JsonObject,
  kind: string,
  invalid: (message: string, remedy: string) => Problem,
): ReadObject {
  const { metadata } = value;
  if (!isObject(metadata)) return invalid(`This ${kind} has no metadata`, 'Add metadata: {name: …}.');
  if (typeof metadata.name === 'string' && metadata.name !== '') {
    return { objects: [value as unknown as KubeObject] };
  }
  return typeof metadata.generateName === 'string'
    ? invalid(
        `This ${kind} has generateName: every render would make another object`,
        'Give it metadata.name.',
      )
    : invalid(`This ${kind} has no name`, 'Add metadata.name.');
}

const describe = (value: Json): string =>
  Array.isArray(value) ? 'a list' : `the ${typeof value} ${JSON.stringify(value)}`;

function yamlProblem(source: SourceText, problem: Problem): Problem {
  const line = problem.place?.line ?? 1;
  const place = source.place(line);
  if (!source.rendered) return { ...problem, place: { ...place, ...columnOf(problem) } };
  return {
    reason: 'InvalidYaml',
    message: `The template's output is not valid YAML: ${problem.message}`,
    place,
    details: ['rendered:', ...excerpt(source.text, line)],
    remedy: problem.remedy ?? 'Look at the indentation of what the template writes; nindent places blocks.',
  };
}

const columnOf = (problem: Problem): { column?: number } =>
  problem.place?.column === undefined ? {} : { column: problem.place.column };

function withExcerpt(problem: Problem, source: SourceText, document: Located<Json>): Problem {
  return source.rendered
    ? { ...problem, details: ['rendered:', ...excerpt(source.text, document.place.line ?? 1)] }
    : problem;
}

/** The lines around `line`, numbered, the line itself marked. */
export function excerpt(text: string, line: number, around = 3): string[] {
  const lines = text.split('\n');
  const from = Math.max(1, line - around);
  const to = Math.min(lines.length, line + around);
  const width = String(to).length;
  return lines.slice(from - 1, to).map((content, i) => {
    const number = from + i;
    return `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${content}`;
  });
}
