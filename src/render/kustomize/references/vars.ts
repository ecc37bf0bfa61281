import type { FieldSpec } from '../config/types.ts';
import { refuse } from '../errors.ts';
import type { VariableArgs } from '../kustomization/fields.ts';
import { gvkOf, type ResourceId, sameGvk, sameId } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import type { Resources } from '../resource/resources.ts';
import { changeField } from '../transformers/fieldspec.ts';
import { lookup } from '../yaml/lookup.ts';
import { isMissing, isString, type Node, scalar } from '../yaml/node.ts';
import { splitFieldPath } from '../yaml/path.ts';
import { resolve } from '../yaml/resolve.ts';
import { expand, type Lookup } from './expand.ts';

/** A name that stands for a field of a resource, wherever `$(NAME)` is written. */
export type Variables = ReadonlyMap<string, VariableArgs>;

/** Marks the resources that variables read from, by what they are called now or were called. @throws ProblemError */
export function addVariables(
  known: Variables,
  added: readonly VariableArgs[],
  resources: Resources,
): Variables {
  for (const variable of added) {
    const id = targetOf(variable);
    const isWanted = (other: ResourceId): boolean =>
      id.namespace === '' ? id.name === other.name && sameGvk(id, other) : sameId(id, other);
    const [first, ...others] = resources.withAnyId(isWanted);
    if (others.length > 0) {
      throw refuse(
        `${others.length + 1} resources match the var ${variable.name}`,
        variable.place,
        'Name the namespace in its objref.',
      );
    }
    if (first) first.memory.vars = [...first.memory.vars, variable.name ?? ''];
  }
  return mergeVariables(known, new Map(), added);
}

/** @throws ProblemError where a name is given twice */
export function mergeVariables(
  known: Variables,
  others: Variables,
  added: readonly VariableArgs[] = [],
): Variables {
  const merged = new Map(known);
  for (const variable of [...others.values(), ...added]) {
    const name = variable.name ?? '';
    if (merged.has(name))
      throw refuse(`The var ${name} is there twice`, variable.place, 'Rename one of them.');
    merged.set(name, variable);
  }
  return merged;
}

function targetOf({ objref }: VariableArgs): ResourceId {
  const kind = objref?.kind ?? '';
  const written = { group: objref?.group ?? '', version: objref?.version ?? '', kind };
  const gvk = objref?.apiVersion ? gvkOf(objref.apiVersion, kind) : written;
  return { ...gvk, name: objref?.name ?? '', namespace: objref?.namespace ?? '', isCluster: false };
}

/** Puts the values of variables where they are written, in the fields that may hold some. @throws ProblemError */
export function resolveVariables(
  variables: Variables,
  resources: readonly Resource[],
  fields: readonly FieldSpec[],
): void {
  if (variables.size === 0) return;
  const values = new Map(
    [...variables].map(([name, variable]) => [name, readValue(name, variable, resources)]),
  );
  const find: Lookup = (name) => values.get(name);
  for (const resource of resources)
    for (const field of fields) changeField(resource, field, (node) => expandNode(node, find, resource));
}

type Value = string | number | boolean | undefined;

function readValue(name: string, variable: VariableArgs, resources: readonly Resource[]): Value {
  const { place } = variable;
  const source = resources.find(({ memory }) => memory.vars.includes(name));
  const path = variable.fieldref?.fieldPath || 'metadata.name';
  if (!source) throw refuse(`No resource matches the objref of the var ${name}`, place);
  const found = lookup(source.node, splitFieldPath(path).flatMap(withIndex));
  if (!found) throw refuse(`The resource of the var ${name} has no field ${path}`, place);
  if (found.kind !== 'scalar') return undefined;
  if (isString(found) || found.tag === '') return found.text;
  const { value } = resolve(found.text);
  return typeof value === 'number' || typeof value === 'boolean' ? value : found.text;
}

/** `ports[0]` → `ports`, `0`. */
function withIndex(part: string): string[] {
  const [, name = '', index] = /^(.*)\[(\d+)\]$/.exec(part) ?? [];
  if (index === undefined) return [part];
  return name === '' ? [index] : [name, index];
}

function expandNode(node: Node, find: Lookup, resource: Resource): void {
  if (isMissing(node)) return;
  if (node.kind === 'scalar') expandScalar(node, find);
  for (const value of node.fields.values()) expandScalar(value, find);
  for (const item of node.items) {
    if (!isString(item)) {
      throw refuse(
        'Vars are looked for in a list of texts here, and an item is something else',
        item.line === undefined ? resource.origin : { file: resource.origin.file, line: item.line },
      );
    }
    expandScalar(item, find);
  }
}

function expandScalar(node: Node, find: Lookup): void {
  if (!isString(node)) return;
  const value = expand(node.text, find);
  const made = scalar(String(value), typeof value === 'string' ? '!!str' : resolve(String(value)).tag);
  node.tag = made.tag;
  node.text = made.text;
  node.quoted = false;
}
