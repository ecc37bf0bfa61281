import { createHash } from 'node:crypto';
import { apiVersionOf, gvkOf } from '../../../kube/values/types.ts';
import { BINDINGS } from '../kinds/bindings.data.ts';
import { METRICS } from '../kinds/metrics.ts';
import { REVIEWS } from '../kinds/reviews.data.ts';
import type { KindRegistry, SubresourceRow } from '../types.ts';
import { byPriority, type RemoteVersion } from './remoteversion.ts';

/** What discovery tells of one resource; ServedResource is one, the reviews are the others. */
interface Listed {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresourceRows: readonly SubresourceRow[];
  /** Left out or empty: reviews and metrics are never stored. */
  readonly storedVersion?: string;
}

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly Listed[];
}

const rows = (kinds: KindRegistry): readonly Listed[] =>
  [...kinds.all(), ...REVIEWS, BINDINGS, ...METRICS] as readonly Listed[];

/** Whether anything of a group-version is served here. */
export const servesItself = (kinds: KindRegistry, group: string, version: string): boolean =>
  rows(kinds).some((row) => row.group === group && row.version === version);

type Served = GroupVersion | RemoteVersion;

/** Group-versions in the order of the registry: groups by name, the preferred version of each first. */
function groupVersions(kinds: KindRegistry): readonly GroupVersion[] {
  const found = new Map<string, { group: string; version: string; resources: Listed[] }>();
  for (const row of rows(kinds)) {
    const key = apiVersionOf(row);
    const entry = found.get(key) ?? { group: row.group, version: row.version, resources: [] };
    entry.resources.push(row);
    found.set(key, entry);
  }
  return [...found.values()];
}

/** What is served here comes first, so that nobody else's resources take its short names. */
const withRemote = (kinds: KindRegistry, remote: readonly RemoteVersion[]): readonly Served[] => [
  ...groupVersions(kinds).filter(({ group }) => group !== ''),
  ...byPriority(remote),
];

function byGroup<T extends { readonly group: string }>(
  versions: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of versions) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return groups;
}

/** `/api` and `/apis` as APIGroupDiscoveryList. */
export function aggregatedList(
  kinds: KindRegistry,
  remote: readonly RemoteVersion[],
  version: 'v2' | 'v2beta1',
  core: boolean,
): object {
  const groups = byGroup<Served>(
    core ? groupVersions(kinds).filter(({ group }) => group === '') : withRemote(kinds, remote),
  );
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: [...groups].map(([name, versions]) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map((entry) =>
        'isFresh' in entry
          ? {
              version: entry.version,
              resources: entry.resources,
              freshness: entry.isFresh ? 'Current' : 'Stale',
            }
          : {
              version: entry.version,
              resources: entry.resources.map(aggregatedResource),
              freshness: 'Current',
            },
      ),
    })),
  };
}

function aggregatedResource(row: Listed): object {
  return {
    resource: row.plural,
    responseKind: { group: row.group, version: row.version, kind: row.kind },
    scope: row.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: row.singular,
    verbs: row.verbs,
    ...(row.shortNames.length > 0 ? { shortNames: row.shortNames } : {}),
    ...(row.categories.length > 0 ? { categories: row.categories } : {}),
    ...(row.subresourceRows.length > 0
      ? {
          subresources: row.subresourceRows.map((sub) => ({
            subresource: sub.name,
            responseKind: sub.kind ?? { group: row.group, version: row.version, kind: row.kind },
            verbs: sub.verbs,
          })),
        }
      : {}),
  };
}

/** `/api` for clients before aggregated discovery. */
export function coreVersions(server: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: server }],
  };
}

/** `/apis` for the same. */
export function groupList(kinds: KindRegistry, remote: readonly RemoteVersion[]): object {
  const groups = byGroup<Served>(withRemote(kinds, remote));
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...groups].map(([name, versions]) => groupOf(name, versions)),
  };
}

/** `/apis/GROUP`; undefined: no such group. */
export function apiGroup(
  kinds: KindRegistry,
  remote: readonly RemoteVersion[],
  name: string,
): object | undefined {
  const versions = withRemote(kinds, remote).filter(({ group }) => group === name);
  return versions.length === 0
    ? undefined
    : { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, versions) };
}

function groupOf(name: string, versions: readonly Served[]) {
  const rows = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: rows, preferredVersion: rows[0] };
}

/** `/api/v1`, `/apis/GROUP/VERSION` as APIResourceList; undefined: not served. */
export function resourceList(kinds: KindRegistry, group: string, version: string): object | undefined {
  const found = groupVersions(kinds).find((entry) => entry.group === group && entry.version === version);
  return (
    found && {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: apiVersionOf(found),
      resources: found.resources.flatMap(legacyRows),
    }
  );
}

/** Changes when objects are stored in another version (apiserver `endpoints/discovery/storageversionhash.go`). */
function storageVersionHash(apiVersion: string, kind: string): string {
  const { group, version } = gvkOf({ apiVersion, kind });
  return createHash('sha256')
    .update(`${group}/${version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}

function legacyRows(row: Listed): object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, storedVersion } = row;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
      ...(storedVersion ? { storageVersionHash: storageVersionHash(storedVersion, kind) } : {}),
    },
    ...row.subresourceRows.map((sub) => ({
      name: `${plural}/${sub.name}`,
      singularName: '',
      namespaced,
      ...(sub.kind && sub.kind.group !== row.group
        ? { group: sub.kind.group, version: sub.kind.version }
        : {}),
      kind: sub.kind?.kind ?? kind,
      verbs: sub.verbs,
    })),
  ];
}
