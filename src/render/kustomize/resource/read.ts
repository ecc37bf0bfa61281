import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import { fieldOf, isEmpty, type Node, textOf } from '../yaml/node.ts';
import { readNodes } from '../yaml/read.ts';
import { Resource } from './resource.ts';

/** A text of resources. */
export interface Piece {
  readonly text: string;
  readonly file: string;
  /** Line of the text, from 1 → where a person finds it; absent: in the file. */
  readonly place?: (line: number) => Place;
}

/**
 * The resources of a text, lists opened. `inline`: the text stands in a kustomization, at this place.
 * @throws ProblemError for what is no resource
 */
export const readResources = (text: string, file: string, inline?: Place): Resource[] =>
  readPieces([{ text, file, ...(inline ? { place: () => inline } : {}) }]);

/** The resources of texts as if they were one (api `resource/factory.go`). @throws ProblemError for what is no resource */
export function readPieces(pieces: readonly Piece[]): Resource[] {
  const queue = unwrapped(pieces.flatMap(nodesOf));
  const resources: Resource[] = [];
  // What lists hold comes after all others.
  for (let found = queue.shift(); found; found = queue.shift()) {
    const { node, place } = found;
    if (isEmpty(node)) continue;
    check(found);
    const items = fieldOf(node, 'items');
    if (!textOf(fieldOf(node, 'kind')).endsWith('List') || items === undefined)
      resources.push(new Resource(node, place(node)));
    else if (items.kind === 'list') queue.push(...items.items.map((item) => ({ node: item, place })));
    else if (!isEmpty(items)) throw refuse('The items of a list must be a list', place(items));
  }
  return resources;
}

interface Found {
  readonly node: Node;
  readonly place: (node: Node) => Place;
}

function nodesOf({ text, file, place }: Piece): Found[] {
  const placeOf = ({ line }: Node): Place =>
    place ? place(line ?? 1) : line === undefined ? { file } : { file, line };
  try {
    return readNodes(text, file).map((node) => ({ node, place: placeOf }));
  } catch (error) {
    if (place && error instanceof ProblemError)
      throw new ProblemError({ ...error.problem, place: place(error.problem.place?.line ?? 1) });
    throw error;
  }
}

/** A `List` that is alone stands for its items. */
function unwrapped(found: Found[]): Found[] {
  const [only] = found;
  const kind = textOf(fieldOf(only?.node, 'kind'));
  if (!only || found.length !== 1 || (kind !== 'List' && kind !== 'ResourceList')) return found;
  const items = fieldOf(only.node, 'items');
  return items === undefined ? found : items.items.map((node) => ({ ...only, node }));
}

function check({ node, place: placeOf }: Found): void {
  const place = placeOf(node);
  const kind = textOf(fieldOf(node, 'kind'));
  if (node.kind !== 'map' || kind === '') {
    throw refuse(
      'This is no Kubernetes object: it has no kind',
      place,
      'A kustomization takes files of Kubernetes objects and folders with kustomizations.',
      'InvalidManifest',
    );
  }
  if (kind.endsWith('List')) return;
  const metadata = fieldOf(node, 'metadata');
  if (textOf(fieldOf(metadata, 'name')) !== '') return;
  throw refuse(
    fieldOf(metadata, 'generateName')
      ? `This ${kind} has generateName: every build would make another object`
      : `This ${kind} has no name`,
    place,
    'Give it metadata.name.',
    'InvalidManifest',
  );
}
