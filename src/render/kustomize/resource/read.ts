import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import { fieldOf, isEmpty, type Node, textOf } from '../yaml/node.ts';
import { readNodes } from '../yaml/read.ts';
import { Resource } from './resource.ts';

/**
 * The resources of a text, lists opened (api `resource/factory.go`). `inline`: the text stands in a kustomization, at this place.
 * @throws ProblemError for what is no resource
 */
export function readResources(text: string, file: string, inline?: Place): Resource[] {
  const place = (node: Node): Place =>
    inline ?? (node.line === undefined ? { file } : { file, line: node.line });
  try {
    const queue = unwrapped(readNodes(text, file));
    const resources: Resource[] = [];
    // What lists hold comes after all others.
    for (let node = queue.shift(); node; node = queue.shift()) {
      if (isEmpty(node)) continue;
      check(node, place(node));
      const items = fieldOf(node, 'items');
      if (!textOf(fieldOf(node, 'kind')).endsWith('List') || items === undefined)
        resources.push(new Resource(node, place(node)));
      else if (items.kind === 'list') queue.push(...items.items);
      else if (!isEmpty(items)) throw refuse('The items of a list must be a list', place(items));
    }
    return resources;
  } catch (error) {
    if (inline && error instanceof ProblemError) throw new ProblemError({ ...error.problem, place: inline });
    throw error;
  }
}

/** A `List` that is alone stands for its items. */
function unwrapped(nodes: Node[]): Node[] {
  const [only] = nodes;
  const kind = textOf(fieldOf(only, 'kind'));
  if (nodes.length !== 1 || (kind !== 'List' && kind !== 'ResourceList')) return nodes;
  const items = fieldOf(only, 'items');
  return items === undefined ? nodes : items.items;
}

function check(node: Node, place: Place): void {
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
