import type { RequestVerb } from '../authorization.ts';
import { flag } from './flag.ts';

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
  const { resource, rest: below } = found;
  if (below.length > 0 && resource.subresource !== PROXY) return elsewhere;
  const proxied = resource.subresource === PROXY ? { proxied: PROXIED.exec(path)?.[1] ?? '' } : {};
  return { type: 'resource', group, version, watch, ...resource, ...proxied };
}

const WRITES: Readonly<Record<string, RequestVerb>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/**
 * What a request on a resource wants done: as what it is authorized, recorded, counted and timed. Who writes does not watch, nor does who
 * reads one object, whatever the query says. Undefined: a method that means nothing here.
 */
export function resourceVerb(
  method: string,
  { name, watch }: Pick<Extract<Route, { type: 'resource' }>, 'name' | 'watch'>,
  query: URLSearchParams,
): RequestVerb | undefined {
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  if (method !== 'GET' && method !== 'HEAD') return WRITES[method];
  if (watch) return 'watch';
  if (name !== undefined) return 'get';
  return flag(query, 'watch') ? 'watch' : 'list';
}

/** The core group is this server's own: nobody else answers for it. */
export const isCore = (route: Route): boolean => route.type === 'resource' && route.group === '';

/** What is asked of the server behind an APIService. */
export interface DelegatedRoute {
  readonly group: string;
  readonly version: string;
  /** What that server is asked: the segments that have been read here, and no others. */
  readonly path: string;
  /** A segment of dots: some servers take it for the way up. */
  readonly climbs: boolean;
  /** Absent: discovery. */
  readonly resource?: Extract<Route, { type: 'resource' }>;
}

/**
 * Reads a path below `/apis/GROUP/VERSION` whose resources nobody knows here: whatever follows a subresource belongs to it. The path is
 * decoded before it is divided, as Go does it, and goes on encoded anew: what is authorized is what that server reads.
 */
export function delegatedRouteOf(path: string): DelegatedRoute | undefined {
  if (!isDecodable(path)) return undefined;
  const [root, group, version, ...tail] = segmentsOf(decodeURIComponent(path));
  if (root !== 'apis' || group === undefined || version === undefined) return undefined;
  const watch = tail[0] === 'watch' && tail.length > 1;
  const found = resourceOf(watch ? tail.slice(1) : tail);
  const canonical = [root, group, version, ...tail].map(encodeURIComponent).join('/');
  return {
    group,
    version,
    path: `/${canonical}${path.endsWith('/') ? '/' : ''}`,
    climbs: tail.some((segment) => segment === '.' || segment === '..'),
    ...(found ? { resource: { type: 'resource', group, version, watch, ...found.resource } } : {}),
  };
}

function resourceOf(segments: readonly string[]) {
  const [first, second, third] = segments;
  if (first === undefined) return undefined;
  const below = first === 'namespaces' && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  const [plural, name, subresource, ...rest] = below ? segments.slice(2) : segments;
  if (plural === undefined) return undefined;
  const resource = {
    plural,
    ...(below && second !== undefined ? { namespace: second } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
  return { resource, rest };
}

/** The one subresource that paths go on below. */
const PROXY = 'proxy';
/** Of the built-in kinds that have it: pods and services of a namespace, nodes. */
const PROXIED = /^\/+api\/+v1\/+(?:namespaces\/+[^/]+\/+)?[^/]+\/+[^/]+\/+proxy(\/.*)?$/;

export const isDecodable = (path: string): boolean => decoded(path) !== undefined;

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

function decoded(path: string): string[] | undefined {
  const segments = segmentsOf(path);
  if (!path.includes('%')) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
