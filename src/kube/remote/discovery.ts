import type { DiscoveredResource } from '../client/client.ts';
import { isObject } from '../values/equal.ts';
import { isStatus } from '../values/status.ts';
import { apiVersionOf } from '../values/types.ts';
import type { Transport } from './transport.ts';

/** Aggregated discovery (KEP-3352), with the legacy form for servers before 1.27. */
const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

type Headers = Readonly<Record<string, string | readonly string[]>>;

export async function discover(transport: Transport, headers: Headers): Promise<DiscoveredResource[]> {
  const answers = await Promise.all(
    ['/api', '/apis'].map((path) => transport.json({ method: 'GET', path, accept: ACCEPT, headers })),
  );
  const found = await Promise.all(
    answers.map((answer) =>
      kindOf(answer) === 'APIGroupDiscoveryList' ? aggregated(answer) : legacy(transport, headers, answer),
    ),
  );
  return found.flat();
}

const kindOf = (answer: unknown) => (isObject(answer) ? answer.kind : undefined);

/** `apidiscovery.k8s.io` APIResourceDiscovery. */
export interface ResourceDiscovery {
  readonly resource: string;
  readonly responseKind?: { readonly group?: string; readonly version?: string; readonly kind: string };
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

interface AggregatedList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly ResourceDiscovery[];
    }[];
  }[];
}

function aggregated(answer: unknown): DiscoveredResource[] {
  return ((answer as AggregatedList).items ?? []).flatMap((group) =>
    (group.versions ?? []).flatMap(({ version, resources }) =>
      (resources ?? []).map((row) => discoveredResource(group.metadata?.name ?? '', version, row)),
    ),
  );
}

export const discoveredResource = (
  group: string,
  version: string,
  row: ResourceDiscovery,
): DiscoveredResource => ({
  group,
  version,
  plural: row.resource,
  kind: row.responseKind?.kind ?? '',
  namespaced: row.scope === 'Namespaced',
  singular: row.singularResource ?? '',
  shortNames: row.shortNames ?? [],
  categories: row.categories ?? [],
  verbs: row.verbs ?? [],
  subresources: (row.subresources ?? []).map(({ subresource }) => subresource),
});

interface LegacyRoot {
  readonly versions?: readonly string[];
  readonly groups?: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
}

interface LegacyResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly singularName?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

async function legacy(
  transport: Transport,
  headers: Headers,
  answer: unknown,
): Promise<DiscoveredResource[]> {
  const root = answer as LegacyRoot;
  const versions = [
    ...(root.versions ?? []).map((version) => ({ path: `/api/${version}`, group: '', version })),
    ...(root.groups ?? []).flatMap((group) =>
      group.versions.map(({ groupVersion }) => {
        const [name = '', version = ''] = groupVersion.split('/');
        return { path: `/apis/${groupVersion}`, group: name, version };
      }),
    ),
  ];
  const found = await Promise.all(
    versions.map(async ({ path, group, version }) => {
      const rows = await legacyRows(transport, headers, path);
      return rows
        .filter(({ name }) => !name.includes('/'))
        .map((row) => legacyRow(rows, group, version, row));
    }),
  );
  return found.flat();
}

async function legacyRows(
  transport: Transport,
  headers: Headers,
  path: string,
): Promise<readonly LegacyResource[]> {
  try {
    const answer = await transport.json({ method: 'GET', path, headers });
    return (answer as { resources?: readonly LegacyResource[] }).resources ?? [];
  } catch (error) {
    // An aggregated API whose server is down must not hide all others (client-go `ErrGroupDiscoveryFailed`).
    if (isStatus(error, 'ServiceUnavailable') || isStatus(error, 'NotFound')) return [];
    throw error;
  }
}

const legacyRow = (
  rows: readonly LegacyResource[],
  group: string,
  version: string,
  row: LegacyResource,
): DiscoveredResource => ({
  group,
  version,
  plural: row.name,
  kind: row.kind,
  namespaced: row.namespaced,
  singular: row.singularName ?? '',
  shortNames: row.shortNames ?? [],
  categories: row.categories ?? [],
  verbs: row.verbs ?? [],
  subresources: rows
    .filter(({ name }) => name.startsWith(`${row.name}/`))
    .map(({ name }) => name.slice(row.name.length + 1)),
});

/** Asked once for all callers, and again on request or when a kind is unknown. */
export function discoveryCache(load: () => Promise<readonly DiscoveredResource[]>) {
  let loading: Promise<readonly DiscoveredResource[]> | undefined;
  const all = ({ refresh = false } = {}) => {
    if (!loading || refresh) {
      const started = load();
      loading = started;
      // A failure is not remembered: the next caller asks again.
      started.catch(() => {
        if (loading === started) loading = undefined;
      });
    }
    return loading;
  };
  const find = async (gvk: { apiVersion: string; kind: string }) => {
    const known = loading !== undefined;
    const among = (rows: readonly DiscoveredResource[]) =>
      rows.find((row) => row.kind === gvk.kind && apiVersionOf(row) === gvk.apiVersion);
    return among(await all()) ?? (known ? among(await all({ refresh: true })) : undefined);
  };
  return { all, find };
}
