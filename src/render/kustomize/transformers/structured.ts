import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { stringifyJson } from '../../../kube/values/json.ts';
import { refuse } from '../errors.ts';
import { toJson } from '../yaml/json.ts';
import { lookup } from '../yaml/lookup.ts';
import { match, PathError } from '../yaml/match.ts';
import type { Kind, Node } from '../yaml/node.ts';
import { readNodes } from '../yaml/read.ts';

export interface TextTarget {
  readonly node: Node;
  readonly path: readonly string[];
  readonly create: Kind | undefined;
  readonly set: (node: Node) => void;
  readonly place: Place;
}

/**
 * A path may lead into the text of a scalar, where that is JSON: `data.config\.json.server.port`. False where it does not, and nothing
 * is changed. JSON is written anew, members sorted, as kustomize does; YAML would lose its comments and is refused.
 */
export function setInText({ node, path, create, set, place }: TextTarget): boolean {
  const length = path.findIndex((_, i) => i > 0 && lookup(node, path.slice(0, i))?.kind === 'scalar');
  const field = length < 0 ? undefined : lookup(node, path.slice(0, length));
  if (!field || length >= path.length) return false;
  const [document] = parsed(field.text);
  if (!document || document.kind === 'scalar') return false;
  const found = targets(document, path.slice(length), create);
  if (found.length === 0) return false;
  for (const one of found) set(one);
  if (!/^\s*[[{]/.test(field.text)) {
    throw refuse(
      `The path ${path.join('.')} leads into a text of YAML, which is not rewritten`,
      place,
      'Write that text as JSON, or replace the whole of it.',
    );
  }
  field.text = written(document, field.text, place);
  return true;
}

function parsed(text: string): Node[] {
  try {
    return readNodes(text, '');
  } catch (error) {
    if (error instanceof ProblemError) return [];
    throw error;
  }
}

function targets(document: Node, path: readonly string[], create: Kind | undefined): Node[] {
  try {
    return match(document, path, create);
  } catch (error) {
    if (error instanceof PathError) return [];
    throw error;
  }
}

/** In lines where it was in lines, with the characters of HTML as escapes (Go's encoding/json). */
function written(document: Node, before: string, place: Place): string {
  const value = toJson(document, place);
  const isPretty = before.includes('\n') && before.includes('  ');
  const text = isPretty ? JSON.stringify(JSON.parse(stringifyJson(value)), null, 2) : stringifyJson(value);
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
