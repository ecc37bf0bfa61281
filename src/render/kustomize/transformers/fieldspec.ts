import type { FieldSpec } from '../config/types.ts';
import { refuse } from '../errors.ts';
import { isSelected } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import { isNull, type Kind, Node } from '../yaml/node.ts';
import { splitPath } from '../yaml/path.ts';

/** Changes the node that a field has led to. */
export type Change = (node: Node) => void;

/**
 * Calls `change` on what the path of a field leads to, through every item of lists on its way (api `filters/fieldspec`). What is
 * absent is made as `create` where the field says so, and passed over otherwise. @throws ProblemError where the path crosses a scalar
 */
export function changeField(resource: Resource, field: FieldSpec, change: Change, create?: Kind): void {
  if (!isSelected(resource.gvk, field)) return;
  const made = field.create ? create : undefined;
  walk(resource.node, splitPath(field.path, '/'), { resource, field, change, create: made });
}

export function changeFields(
  resource: Resource,
  fields: readonly FieldSpec[],
  change: Change,
  create?: Kind,
): void {
  for (const field of fields) changeField(resource, field, change, create);
}

interface Walk {
  readonly resource: Resource;
  readonly field: FieldSpec;
  readonly change: Change;
  readonly create: Kind | undefined;
}

function walk(node: Node, path: readonly string[], context: Walk): void {
  const [part, ...rest] = path;
  if (part === undefined) context.change(node);
  else if (isNull(node)) return;
  else if (node.kind === 'list') for (const item of node.items) walk(item, path, context);
  else if (node.kind === 'map') walkMember(node, part, rest, context);
  else throw notAMap(node, context);
}

function walkMember(node: Node, part: string, rest: readonly string[], context: Walk): void {
  const isList = part.endsWith('[]');
  const name = isList ? part.slice(0, -2) : part;
  const kind = isList
    ? 'list'
    : context.create === undefined
      ? undefined
      : rest.length > 0
        ? 'map'
        : context.create;
  let member = node.fields.get(name);
  if (!member) {
    if (isList || kind === undefined) return;
    member = new Node(kind);
    node.fields.set(name, member);
  } else if (isNull(member) && kind !== undefined) {
    member.turnInto(kind);
  }
  walk(member, rest, context);
}

const notAMap = (node: Node, { resource, field }: Walk): Error =>
  refuse(
    `The field ${field.path} of ${resource.kind} ${resource.name} leads through ${JSON.stringify(node.text)}, where a map or a list was expected`,
    node.line === undefined ? resource.origin : { file: resource.origin.file, line: node.line },
  );
