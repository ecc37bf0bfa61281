import { listAt, objectsAt, textAt } from '../../../kube/kinds/checks/read.ts';
import type { JsonObject } from '../../../kube/values/types.ts';

/** A group-version that an aggregated API server serves, as clients are told of it. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  /** Of the APIService: higher ones come first. */
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** The server has answered when it was asked last; else `resources` is what it said before that, if it ever did. */
  readonly isFresh: boolean;
  readonly resources: readonly RemoteResource[];
  /** Where its OpenAPI document is; absent: it has none. */
  readonly openApiUrl?: string;
}

/** `apidiscovery.k8s.io` APIResourceDiscovery. */
export interface RemoteResource extends JsonObject {
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly verbs: readonly string[];
}

/** An APIResourceList as aggregated discovery has it (apiserver `pkg/endpoints/installer.go` ConvertGroupVersionIntoToDiscovery). */
export function remoteResources(list: JsonObject, group: string, version: string): readonly RemoteResource[] {
  const rows = objectsAt(list, 'resources');
  const below = (parent: string) =>
    rows.filter((row) => textAt(row, 'name').startsWith(`${parent}/`)).map((row) => subresource(row, parent));
  const kindOf = (row: JsonObject) => ({
    group: textAt(row, 'group') || group,
    version: textAt(row, 'version') || version,
    kind: textAt(row, 'kind'),
  });
  const subresource = (row: JsonObject, parent: string) => ({
    subresource: textAt(row, 'name').slice(parent.length + 1),
    responseKind: kindOf(row),
    verbs: texts(row, 'verbs'),
  });
  return rows.flatMap((row) => {
    const name = textAt(row, 'name');
    if (name === '' || name.includes('/')) return [];
    const [shortNames, categories, subresources] = [
      texts(row, 'shortNames'),
      texts(row, 'categories'),
      below(name),
    ];
    return {
      resource: name,
      responseKind: kindOf(row),
      scope: row.namespaced === true ? 'Namespaced' : 'Cluster',
      singularResource: textAt(row, 'singularName'),
      verbs: texts(row, 'verbs'),
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
      ...(subresources.length > 0 ? { subresources } : {}),
    };
  });
}

const texts = (row: JsonObject, key: string): readonly string[] =>
  listAt(row, key).filter((one) => typeof one === 'string');

/** Groups, and the versions of each, in the order of their priorities (kube-aggregator `apis/apiregistration/v1/helper`). */
export function byPriority(versions: readonly RemoteVersion[]): readonly RemoteVersion[] {
  const priority = (group: string) =>
    Math.max(...versions.filter((one) => one.group === group).map((one) => one.groupPriority));
  return [...versions].sort(
    (a, b) =>
      priority(b.group) - priority(a.group) ||
      compare(a.group, b.group) ||
      b.versionPriority - a.versionPriority ||
      compare(a.version, b.version),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
