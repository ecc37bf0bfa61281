import { isNumber, stringifyJson } from '../../../kube/values/json.ts';
import { compileJsonPath } from '../../../kube/values/jsonpath.ts';
import { apiVersionOf, type KubeObject } from '../../../kube/values/types.ts';
import { AGE, type Column, DEFAULT_COLUMNS, NAME } from '../kinds/columns.ts';
import { ageOf } from '../kinds/humanduration.ts';
import type { PrinterColumn, ServedResource } from '../types.ts';

/** How much of each object a table row carries (`includeObject`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** The columns of a resource, compiled once per row of the registry. */
export type ColumnsOf = (resource: ServedResource) => readonly Column[];

export function columnCache(): ColumnsOf {
  const cache = new WeakMap<ServedResource, readonly Column[]>();
  return (resource) => {
    const known = cache.get(resource);
    if (known) return known;
    const columns = resource.custom ? customColumns(resource.columns) : (resource.table ?? DEFAULT_COLUMNS);
    cache.set(resource, columns);
    return columns;
  };
}

/** apiextensions-apiserver `pkg/registry/customresource/tableconvertor`: Age only where the author names no columns. */
function customColumns(columns: readonly PrinterColumn[] | undefined): readonly Column[] {
  return columns && columns.length > 0 ? [NAME, ...columns.map(customColumn)] : [NAME, AGE];
}

const TYPES = new Set(['string', 'integer', 'number', 'boolean', 'date']);

function customColumn({ name, type, format, priority, jsonPath }: PrinterColumn): Column {
  const compiled = compileJsonPath(jsonPath);
  const find = compiled.ok ? compiled.value : () => [];
  return {
    name,
    type: (TYPES.has(type) ? type : 'string') as Column['type'],
    ...(format ? { format } : {}),
    priority: priority ? 1 : 0,
    cell: (object, now) => customCell(type, find(object), now),
  };
}

/** null where there is nothing of the column's type: kubectl prints `<none>` or leaves it blank. */
function customCell(type: string, found: readonly unknown[], now: number): unknown {
  const [first] = found;
  if (first === undefined || first === null) return null;
  if (type === 'date') return typeof first === 'string' ? ageOf(first, now) : null;
  if (type === 'integer') return isNumber(first) ? integer(first) : null;
  if (type === 'number') return isNumber(first) ? first : null;
  if (type === 'boolean') return typeof first === 'boolean' ? first : null;
  return found.map(textOf).join(' ');
}

const integer = (value: number | bigint) => (typeof value === 'number' ? Math.trunc(value) : value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : stringifyJson(value));

export const columnDefinitions = (columns: readonly Column[]): object[] =>
  columns.map(({ name, type, format = '', priority }) => ({ name, type, format, description: '', priority }));

export function tableRow(
  columns: readonly Column[],
  object: KubeObject,
  include: IncludeObject,
  now: number,
): object {
  const cells = columns.map((column) => column.cell(object, now) ?? null);
  if (include === 'None') return { cells };
  return { cells, object: include === 'Object' ? object : metadataOf(object) };
}

/** `metadata` as the list's; `definitions` left out of all but the first event of a watch. */
export function table(
  metadata: object,
  definitions: readonly object[] | undefined,
  rows: readonly object[],
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: definitions ?? [],
    rows,
  };
}

export const metadataOf = ({ metadata }: KubeObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

export const listKindOf = (resource: ServedResource) => ({
  kind: resource.listKind,
  apiVersion: apiVersionOf(resource),
});
