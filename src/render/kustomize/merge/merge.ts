import type { Place } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import { type MergeSchema, schemaOfField, schemaOfKind } from '../schema/schema.ts';
import { fieldOf, isMissing, isNull, type Node, setField, textOf } from '../yaml/node.ts';
import { at, takeDirective } from './directive.ts';
import { mergeItems } from './lists.ts';
import type { Merged } from './types.ts';

/**
 * Merges a patch into a node as kustomize does (kyaml `yaml/merge2` and `yaml/walk`), which is not quite how kube-apiserver does:
 * items of a patch come first, lists of ports merge by all of their keys, and a CRD's lists are replaced. Both nodes are used up.
 * undefined: the patch deletes it. @throws ProblemError
 */
export function merge(
  target: Node | undefined,
  patch: Node | undefined,
  schema: MergeSchema | undefined,
  place: Place,
): Merged | undefined {
  const known = schema ?? schemaOf(target) ?? schemaOf(patch);
  const kind = isMissing(target) ? (isMissing(patch) ? undefined : patch.kind) : target.kind;
  for (const node of [target, patch])
    if (!isMissing(node) && kind !== undefined && node.kind !== kind) throw unlike(target, patch, place);
  if (kind === 'scalar') return kept(patch ?? target);
  if (kind === 'list') return kept(mergeLists(target, patch, known, place));
  return mergeMaps(target, patch, known, place);
}

const kept = (node: Node | undefined): Merged | undefined => node && { node, isKept: false };

/** A kind that is named inside of an object, as in the template of a custom resource, is known too. */
function schemaOf(node: Node | undefined): MergeSchema | undefined {
  const [apiVersion, kind] = ['apiVersion', 'kind'].map((name) => textOf(fieldOf(node, name)));
  return apiVersion && kind ? schemaOfKind(apiVersion, kind) : undefined;
}

function mergeMaps(
  target: Node | undefined,
  patch: Node | undefined,
  schema: MergeSchema | undefined,
  place: Place,
): Merged | undefined {
  const start = visitMap(target, patch, place);
  if (start === undefined || start.isKept) return start;
  const { node } = start;
  const names = new Set([...node.fields.keys(), ...(patch?.fields.keys() ?? [])]);
  for (const name of [...names].sort()) {
    const merged = merge(
      node.fields.get(name),
      patch?.fields.get(name),
      schema && schemaOfField(schema, name),
      place,
    );
    if (merged?.isKept) node.fields.set(name, merged.node);
    else setField(node, name, merged?.node);
  }
  return start;
}

/** What the members are merged into. A patch of what is absent is merged with itself: so its directives and nulls go. */
function visitMap(target: Node | undefined, patch: Node | undefined, place: Place): Merged | undefined {
  if (isMissing(target)) {
    if (patch?.kind === 'map' && takeDirective(patch, place) === 'delete') return undefined;
    if (patch === undefined && target !== undefined && (target as Node).text !== '')
      return { node: target, isKept: true };
    return kept(patch);
  }
  if (patch && isNull(patch)) return undefined;
  const directive = takeDirective(patch, place);
  if (directive === 'delete') return undefined;
  return kept(directive === 'replace' ? patch : target);
}

function mergeLists(
  target: Node | undefined,
  patch: Node | undefined,
  schema: MergeSchema | undefined,
  place: Place,
): Node | undefined {
  if (!schema?.keys) return patch ?? target;
  const start = visitList(target, patch, place);
  if (start === undefined) return undefined;
  return mergeItems({ target: start, patch, schema, keys: schema.keys, place }, merge);
}

function visitList(target: Node | undefined, patch: Node | undefined, place: Place): Node | undefined {
  if (isMissing(target)) return patch;
  if (patch && isNull(patch)) return undefined;
  const directive = takeDirective(patch, place);
  if (directive === 'delete') return undefined;
  return directive === 'replace' ? patch : target;
}

function unlike(target: Node | undefined, patch: Node | undefined, place: Place): Error {
  const name = (node: Node | undefined): string =>
    node?.kind === 'scalar' ? 'single value' : (node?.kind ?? '');
  return refuse(
    `A ${name(target)} cannot be patched by a ${name(patch)}`,
    patch ? at(patch, place) : place,
    'Write the patch in the shape of the resource, or replace the whole by $patch: replace.',
  );
}
