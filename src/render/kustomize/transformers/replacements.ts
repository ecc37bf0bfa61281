import type { Place } from '../../../base/place.ts';
import { OBJECT_BOUNDS } from '../../../kube/values/bounds.ts';
import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import { type Cursor, listOf } from '../kustomization/decode.ts';
import {
  type FieldOptions,
  type ReplacementArgs,
  replacement as replacementFields,
  selectorOf,
} from '../kustomization/fields.ts';
import { describeId, isIdSelected, type ResourceId } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import { type Matcher, matcherOf, type Selector } from '../resource/selector.ts';
import { lookup } from '../yaml/lookup.ts';
import { match, PathError } from '../yaml/match.ts';
import { isEmpty, type Kind, type Node, scalar } from '../yaml/node.ts';
import { splitFieldPath } from '../yaml/path.ts';
import { readNodes } from '../yaml/read.ts';
import { setInText } from './structured.ts';

const NAME = 'metadata.name';

/** Entries that name a file stand for those in it. @throws ProblemError */
export function readReplacements(
  entries: readonly ReplacementArgs[],
  files: Files,
): readonly ReplacementArgs[] {
  return entries.flatMap((entry) => {
    if (entry.path === undefined || entry.path === '') return [entry];
    if (entry.source || entry.targets)
      throw refuse('A replacement has either path or source and targets, not both', entry.place);
    const { text, file } = files.load(entry.path, entry.place);
    const [node] = readNodes(text, file);
    if (!node) throw refuse('This file has no replacement in it', { file });
    const cursor: Cursor = { node, path: '', file };
    return node.kind === 'list' ? listOf(replacementFields)(cursor) : [replacementFields(cursor)];
  });
}

/** Copies values of fields into fields of other resources (api `filters/replacement`). @throws ProblemError */
export function replaceFields(
  resources: readonly Resource[],
  replacements: readonly ReplacementArgs[],
): void {
  for (const replacement of replacements) {
    const { targets, place } = replacement;
    if ((!replacement.source && replacement.sourceValue === undefined) || !targets)
      throw refuse('A replacement needs a source and at least one target', place);
    const value = sourceValue(resources, replacement);
    for (const target of targets) replaceTarget(resources, value, target);
  }
}

function sourceValue(
  resources: readonly Resource[],
  { source, sourceValue: given, place }: ReplacementArgs,
): Node {
  if (given !== undefined) {
    if (source) throw refuse('A replacement has either source or sourceValue, not both', place);
    return scalar(given);
  }
  const selector: ResourceId = {
    group: source?.group ?? '',
    version: source?.version ?? '',
    kind: source?.kind ?? '',
    name: source?.name ?? '',
    namespace: source?.namespace ?? '',
    isCluster: false,
  };
  const [resource, ...others] = resources.filter((one) =>
    idsOf(one).some((id) => isIdSelected(id, selector)),
  );
  if (!resource) throw refuse(`The source of a replacement is not there: ${describeId(selector)}`, place);
  if (others.length > 0)
    throw refuse(`The source of a replacement is ambiguous: ${others.length + 1} resources match`, place);
  const path = source?.fieldPath || NAME;
  const found = lookup(resource.node, splitFieldPath(path));
  if (!found || isEmpty(found))
    throw refuse(`${describeId(resource.id)}, the source of a replacement, has no field ${path}`, place);
  return part(found, source?.options, place);
}

/** The scope of an id plays no role here. */
const idsOf = (resource: Resource): ResourceId[] => [
  { ...resource.id, isCluster: false },
  ...resource.previousIds,
];

function part(node: Node, options: FieldOptions | undefined, place: Place): Node {
  const delimiter = options?.delimiter ?? '';
  if (delimiter === '') return node;
  if (node.kind !== 'scalar') throw refuse('Only a single value can be split by a delimiter', place);
  const parts = node.text.split(delimiter);
  const index = options?.index ?? 0;
  const chosen = parts[index];
  if (chosen === undefined)
    throw refuse(`${JSON.stringify(node.text)} has no part ${index}, but ${parts.length} parts`, place);
  const copy = node.copy();
  copy.text = chosen;
  return copy;
}

type Target = NonNullable<ReplacementArgs['targets']>[number];

function replaceTarget(resources: readonly Resource[], value: Node, target: Target): void {
  if (!target.select) throw refuse('A target of a replacement needs select', target.place);
  const matcher = matcherOf(selectorOf(target.select));
  const rejected = (target.reject ?? []).map((one) => rejection(selectorOf(one)));
  for (const resource of resources) {
    const ids = idsOf(resource);
    if (!matcher.labels(resource) || rejected.some((rejects) => rejects(resource, ids))) continue;
    if (ids.some((id) => matchesId(matcher, id))) copyValue(resource, value, target);
  }
}

const matchesId = (matcher: Matcher, id: ResourceId): boolean =>
  matcher.gvk(id) && matcher.name(id.name) && matcher.namespace(id.namespace);

/** By labels, or by any of the ids. */
function rejection(selector: Selector): (resource: Resource, ids: readonly ResourceId[]) => boolean {
  const matcher = matcherOf(selector);
  const hasLabels = selector.labelSelector !== '' || selector.annotationSelector !== '';
  const { group, version, kind, name, namespace } = selector;
  const hasId = [group, version, kind, name, namespace].some((field) => field !== '');
  return (resource, ids) =>
    (hasLabels && matcher.labels(resource)) || (hasId && ids.some((id) => matchesId(matcher, id)));
}

function copyValue(resource: Resource, value: Node, target: Target): void {
  const { options, place } = target;
  const create: Kind | undefined = options?.create ? value.kind : undefined;
  const set = (node: Node): void => setValue(node, value, options, place);
  for (const path of target.fieldPaths ?? [NAME]) {
    const parts = splitFieldPath(path);
    if (setInText({ node: resource.node, path: parts, create, set, place })) continue;
    const found = matched(resource, path, parts, create, place);
    for (const node of found) set(node);
  }
}

function matched(
  resource: Resource,
  path: string,
  parts: readonly string[],
  create: Kind | undefined,
  place: Place,
): Node[] {
  let why = '';
  try {
    const found = match(resource.node, parts, create);
    if (found.length > 0) return found;
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    why = `: ${error.message}`;
  }
  throw refuse(
    `${describeId(resource.id)}, a target of a replacement, has no field ${path}${why}`,
    place,
    create === undefined ? 'Correct the path, or set options: {create: true}.' : undefined,
  );
}

/** A scalar keeps its type: text that comes to where a number is must look like one. */
function setValue(node: Node, value: Node, options: FieldOptions | undefined, place: Place): void {
  const made = value.copy();
  const delimiter = options?.delimiter ?? '';
  if (delimiter !== '') {
    if (node.kind !== 'scalar') throw refuse('Only a single value can be split by a delimiter', place);
    const parts = node.text.split(delimiter);
    const index = options?.index ?? 0;
    if (index < 0) parts.unshift(made.text);
    else if (index >= parts.length) parts.push(made.text);
    else parts[index] = made.text;
    made.text = parts.join(delimiter);
    if (made.text.length > OBJECT_BOUNDS.bytes)
      throw refuse('A replacement makes a text that is too large for any object', place);
  }
  if (node.kind === 'scalar') node.text = made.text;
  else node.become(made);
}
