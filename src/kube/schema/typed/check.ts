import { formatPath, type PathElement } from '../../values/fieldset.ts';
import { memberSchema, type Schema } from '../schema.ts';
import {
  asList,
  asMap,
  fieldElement,
  isAtomic,
  itemElement,
  itemSchema,
  nodeKind,
  TypedError,
} from './kind.ts';

/**
 * Throws a TypedError, path first, for a configuration that cannot be applied: a field that the schema does not declare,
 * a duplicate key in a list, an item without a key (`typed/validate.go`).
 */
export function checkTyped(schema: Schema, value: unknown): void {
  const path: PathElement[] = [];
  const fail = (message: string): never => {
    throw new TypedError(`${formatPath(path)}: ${message}`);
  };

  const visit = (node: Schema | undefined, current: unknown): void => {
    if (!node || current === null || current === undefined) return;
    const kind = nodeKind(node, current);
    if (kind === 'list') visitItems(node, asList(current) ?? fail('expected list'));
    if (kind === 'map') visitMembers(node, asMap(current) ?? fail('expected map'));
  };

  const elementOf = (node: Schema, item: unknown, index: number): PathElement => {
    if (isAtomic(node, 'list')) return `i:${index}`;
    try {
      return itemElement(node, item);
    } catch (error) {
      return fail(`element ${index}: ${error instanceof TypedError ? error.message : String(error)}`);
    }
  };

  const visitItems = (node: Schema, items: readonly unknown[]): void => {
    const seen = new Set<PathElement>();
    items.forEach((item, index) => {
      const element = elementOf(node, item, index);
      if (seen.has(element)) fail(`duplicate entries for key ${formatPath([element])}`);
      seen.add(element);
      path.push(element);
      visit(itemSchema(node), item);
      path.pop();
    });
  };

  const visitMembers = (node: Schema, members: Readonly<Record<string, unknown>>): void => {
    const isOpen = node.preserveUnknown || (!node.properties && !node.additional);
    for (const key in members) {
      const child = memberSchema(node, key);
      path.push(fieldElement(key));
      if (!child && !isOpen) fail('field not declared in schema');
      visit(child, members[key]);
      path.pop();
    }
  };

  visit(schema, value);
}
