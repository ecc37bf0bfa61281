import type { Place } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import { isNull, type Node, scalar, setField, string } from '../yaml/node.ts';
import type { Change } from './fieldspec.ts';

/** Sets members of a map to texts, in the order of their names. */
export function setEntries(entries: ReadonlyMap<string, string>, place: Place): Change {
  return (node) => {
    if (isNull(node)) return;
    if (node.kind !== 'map') throw refuse('A map is needed to set labels or annotations in', at(node, place));
    for (const [key, value] of entries) setField(node, key, string(value));
  };
}

/** Sets a scalar; without a tag it is whatever the text looks like, unless what was there is quoted. */
export function setScalar(text: string, tag: string, place: Place): Change {
  return (node) => {
    if (node.kind !== 'scalar')
      throw refuse(`A ${node.kind} cannot be set to ${JSON.stringify(text)}`, at(node, place));
    node.become(scalar(text, tag));
  };
}

const at = (node: Node, place: Place): Place =>
  node.line === undefined ? place : { file: place.file, line: node.line };
