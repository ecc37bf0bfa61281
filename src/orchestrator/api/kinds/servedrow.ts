import type { KindRow } from '../../../kube/kinds/row.ts';
import { builtinSchema } from '../../../kube/schema/schema.ts';
import { apiVersionOf } from '../../../kube/values/types.ts';
import type { RequestVerb } from '../types.ts';
import type { Column } from './columns.ts';
import type { Kind, Storage, Strategy, Subresource } from './kind.ts';

/** What the API server adds to a built-in kind: how it is written, what `kubectl get` prints, what is below an object's path. */
export interface ServedRow {
  readonly kind: KindRow;
  readonly strategy: Strategy;
  readonly columns: readonly Column[];
  /** In the order of their names. */
  readonly subresources: readonly Subresource[];
  /** Left out: stored as it is served. */
  readonly storage?: Storage;
  /** Verbs that the kind does without. */
  readonly without?: readonly RequestVerb[];
}

export const ALL_VERBS: readonly RequestVerb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
/** A strategy for kinds that are stored as they are written. */
export const PLAIN: Strategy = { status: false, generation: false };
/** The same for kinds that a PUT creates, too. */
export const CREATED_BY_PUT: Strategy = { ...PLAIN, createOnUpdate: true };

export function serve(row: ServedRow): Kind {
  const { kind, strategy, columns, subresources, without = [] } = row;
  const { group, version, plural, kind: name, namespaced, shortNames, categories } = kind.resource;
  return {
    group,
    version,
    plural,
    kind: name,
    listKind: `${name}List`,
    singular: name.toLowerCase(),
    namespaced,
    shortNames,
    categories,
    verbs: ALL_VERBS.filter((verb) => !without.includes(verb)),
    subresources: subresources.map((subresource) => subresource.name),
    subresourceRows: subresources,
    schema: () => builtinSchema({ group, version, kind: name }),
    table: columns,
    custom: false,
    hash: 'builtin',
    strategy,
    storage: row.storage ?? { group, plural, apiVersion: apiVersionOf({ group, version }) },
  };
}
