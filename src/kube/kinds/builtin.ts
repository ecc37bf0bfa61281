import type { GroupVersionKind } from '../values/types.ts';
import * as list from './list.ts';
import type { KindRow } from './row.ts';

export const BUILTIN_KINDS: readonly KindRow[] = Object.values(list);

const rows: ReadonlyMap<string, KindRow> = new Map(
  BUILTIN_KINDS.map((row) => [`${row.resource.group}/${row.resource.kind}`, row]),
);

/** The row of a built-in kind, whatever its version. A custom resource has none, even if its kind is `Deployment`. */
export const builtinKind = ({ group, kind }: Pick<GroupVersionKind, 'group' | 'kind'>): KindRow | undefined =>
  rows.get(`${group}/${kind}`);
