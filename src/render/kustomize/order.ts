import { kindOrder, ORDER_FIRST, ORDER_LAST, sortText } from './config/config.ts';
import { refuse } from './errors.ts';
import type { Kustomization } from './kustomization/fields.ts';
import { formatGvk, type ResourceId, sameGvk } from './resource/id.ts';
import type { Resource } from './resource/resource.ts';
import { byBytes } from './yaml/json.ts';

/**
 * The order of the output (api `SortOrderTransformer`): by kind, as objects can be applied, unless `sortOptions` asks for the order of
 * their appearance (`fifo`) or for another order of kinds. @throws ProblemError
 */
export function inOrder(resources: readonly Resource[], options: Kustomization['sortOptions']): Resource[] {
  const order = options ? (options.order ?? '') : 'legacy';
  const legacy = options?.legacySortOptions;
  if (order !== 'fifo' && order !== 'legacy')
    throw refuse(`sortOptions.order must be legacy or fifo, not ${JSON.stringify(order)}`, options?.place);
  if (order === 'fifo') {
    if (legacy) throw refuse('sortOptions.legacySortOptions needs order: legacy', legacy.place);
    return [...resources];
  }
  const kinds = legacy
    ? kindOrder(legacy.orderFirst ?? [], legacy.orderLast ?? [])
    : kindOrder(ORDER_FIRST, ORDER_LAST);
  const keyed = resources.map((resource) => ({ resource, id: resource.id }));
  return keyed.sort((a, b) => compare(a.id, b.id, kinds)).map(({ resource }) => resource);
}

function compare(a: ResourceId, b: ResourceId, kinds: ReadonlyMap<string, number>): number {
  if (sameGvk(a, b)) return byBytes(idText(a), idText(b));
  const order = (kinds.get(a.kind) ?? 0) - (kinds.get(b.kind) ?? 0);
  if (order !== 0) return order;
  const text = byBytes(sortText(a), sortText(b));
  // Namespaces of the core come before others of that name.
  const isNamespace = a.kind === 'Namespace' && b.kind === 'Namespace' && (a.group === '' || b.group === '');
  return isNamespace ? -text : text;
}

const idText = (id: ResourceId): string => [formatGvk(id), id.namespace || '~X', id.name || '~N'].join('|');
