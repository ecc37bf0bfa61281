import type { NamedResource } from '../../../kube/kinds/resources.data.ts';
import type { KindRow } from '../../../kube/kinds/row.ts';
import { builtinSchema } from '../../../kube/schema/schema.ts';
import { apiVersionOf } from '../../../kube/values/types.ts';
import type { RequestVerb } from '../authorization.ts';
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

/** The version of the row, and behind it the others in which its kind is served. */
export function serve(row: ServedRow): readonly Kind[] {
  const { resource, versions = [] } = row.kind;
  const storage = row.storage ?? { ...pick(resource), apiVersion: apiVersionOf(resource) };
  return [
    serveIn(row, resource, storage, row.columns),
    ...versions.map(({ resource: other, toOwn, fromOwn }) =>
      serveIn(
        row,
        other,
        { ...storage, toStored: toOwn, toServed: fromOwn },
        row.columns.map((column) => ({ ...column, cell: (object, now) => column.cell(toOwn(object), now) })),
      ),
    ),
  ];
}

const pick = ({ group, plural }: NamedResource) => ({ group, plural });

function serveIn(
  { strategy, subresources, without = [] }: ServedRow,
  resource: NamedResource,
  storage: Storage,
  columns: readonly Column[],
): Kind {
  const { group, version, plural, kind: name, namespaced, shortNames, categories } = resource;
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
    storage,
    storedVersion: storage.apiVersion,
  };
}
