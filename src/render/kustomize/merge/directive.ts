import type { Place } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import { isMissing, type Node, textOf } from '../yaml/node.ts';

/** What a patch says of the whole map or list that it is for. */
export type Directive = 'merge' | 'replace' | 'delete';

const KEY = '$patch';

/** The directive of a patch, which is taken out of it (kyaml `merge2/smpdirective.go`). @throws ProblemError for an unknown one */
export function takeDirective(patch: Node | undefined, place: Place): Directive {
  if (isMissing(patch)) return 'merge';
  if (patch.kind === 'map') return takeOfMap(patch, place);
  if (patch.kind === 'list') return takeOfList(patch, place);
  throw refuse(`A map or a list cannot be patched by ${JSON.stringify(patch.text)}`, at(patch, place));
}

function takeOfMap(patch: Node, place: Place): Directive {
  const found = patch.fields.get(KEY);
  if (isMissing(found)) return 'merge';
  const directive = known(found, place);
  patch.fields.delete(KEY);
  return directive;
}

/** An item with nothing but a directive is about the list; one with a key besides is about the item of that key. */
function takeOfList(patch: Node, place: Place): Directive {
  const item = patch.items.find((one) => one.kind === 'map' && one.fields.has(KEY));
  const found = item?.fields.get(KEY);
  if (!item || item.fields.size > 1 || isMissing(found)) return 'merge';
  const directive = known(found, place);
  patch.items = patch.items.filter((one) => textOf(one.fields.get(KEY)) !== directive);
  return directive;
}

function known(node: Node, place: Place): Directive {
  const { text } = node;
  if (text === 'merge' || text === 'replace' || text === 'delete') return text;
  throw refuse(`$patch must be merge, replace or delete, not ${JSON.stringify(text)}`, at(node, place));
}

export const at = (node: Node, place: Place): Place =>
  node.line === undefined ? place : { file: place.file, line: node.line };
