/**
 * The grammar of Kubernetes paths, parsed in one place (`k8s.io/apiserver/pkg/endpoints/request/requestinfo.go`):
 * `/api/v1` or `/apis/GROUP/VERSION`, then `[watch/][namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]`.
 */
export type Route =
  | {
      readonly type: 'resource';
      readonly group: string;
      readonly version: string;
      readonly plural: string;
      readonly namespace?: string;
      readonly name?: string;
      readonly subresource?: string;
      /** What follows `proxy`, as it was sent: '' or a path. */
      readonly proxied?: string;
      /** The deprecated `/watch/` prefix. */
      readonly watch: boolean;
    }
  | { readonly type: 'path'; readonly path: string };

/** Subresources of a Namespace; anything else below one is a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** `path` without query. A segment that is no valid percent-encoding makes it a path that is not served. */
export function routeOf(path: string): Route {
  const elsewhere: Route = { type: 'path', path };
  const segments = decoded(path);
  if (!segments) return elsewhere;
  const [root, ...rest] = segments;
  const core = root === 'api';
  if (!core && root !== 'apis') return elsewhere;
  const [group, version, ...tail] = core ? ['', ...rest] : rest;
  const watch = tail[0] === 'watch';
  const found = resourceOf(watch ? tail.slice(1) : tail);
  if (group === undefined || version === undefined || !found) return elsewhere;
  const proxied = found.subresource === PROXY ? { proxied: PROXIED.exec(path)?.[1] ?? '' } : {};
  return { type: 'resource', group, version, watch, ...found, ...proxied };
}

function resourceOf(segments: readonly string[]) {
  const [first, second, third] = segments;
  if (first === undefined) return undefined;
  const below = first === 'namespaces' && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  const [plural, name, ...subresource] = below ? segments.slice(2) : segments;
  if (plural === undefined || (subresource.length > 1 && subresource[0] !== PROXY)) return undefined;
  return {
    plural,
    ...(below && second !== undefined ? { namespace: second } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource[0] === undefined ? {} : { subresource: subresource[0] }),
  };
}

/** The one subresource that paths go on below. */
const PROXY = 'proxy';
/** Of the built-in kinds that have it: pods and services of a namespace, nodes. */
const PROXIED = /^\/+api\/+v1\/+(?:namespaces\/+[^/]+\/+)?[^/]+\/+[^/]+\/+proxy(\/.*)?$/;

export const isDecodable = (path: string): boolean => decoded(path) !== undefined;

function decoded(path: string): string[] | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  if (!path.includes('%')) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
