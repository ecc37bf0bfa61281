import type { Clock } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import { selectedName } from '../../../kube/rules/fieldselectors.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { RemoteServer, RemoteServers } from '../aggregation/connection.ts';
import { remoteUserHeaders, tellsUser } from '../aggregation/remoteuser.ts';
import type { Attributes } from '../authorization.ts';
import { assertAuthorized } from '../authorize.ts';
import { badRequest, notServed } from '../errors.ts';
import { type Backend, proxyRequest } from '../streaming/httpproxy.ts';
import type { Api } from '../types.ts';
import type { Answer } from './answers.ts';
import { isLongRunning, timeoutOf, withinTime } from './overload/deadline.ts';
import type { Call } from './request.ts';
import {
  type DelegatedRoute,
  delegatedRouteOf,
  isCore,
  type Route,
  resourceVerb,
  routeOf,
} from './requestinfo.ts';

/** A request for what another API server serves. */
export interface Delegated {
  readonly server: RemoteServer;
  readonly route: DelegatedRoute;
}

type Asked = Pick<Call, 'method' | 'query' | 'user'>;

const OPEN_API = /^\/openapi\/v3(?=\/apis\/[^/]+\/[^/]+$)/;
/** Clients wait for discovery before anything else: a server that is slow in it is as good as gone (apiserver `pkg/util/proxy`). */
const DISCOVERY_MS = 5_000;

/**
 * Who is to answer a path, and `here` is what it means to this server; undefined: this server. @throws StatusError for a path that servers
 * read in different ways
 */
export function delegatedOf(
  aggregator: RemoteServers,
  path: string,
  here: Route = routeOf(path),
): Delegated | undefined {
  if (isCore(here)) return undefined;
  const [document = ''] = OPEN_API.exec(path) ?? [];
  const route = delegatedRouteOf(path.slice(document.length));
  const server = route && aggregator.serverFor(route.group, route.version);
  if (!server) return undefined;
  assertDescends(route, path);
  return { server, route: { ...route, path: document + route.path } };
}

/** @throws StatusError BadRequest */
function assertDescends({ climbs }: DelegatedRoute, path: string): void {
  if (climbs) throw badRequest(`the path "${path}" leads up`);
}

/** What a path means to the server of its group, for who knows that server. @throws StatusError as `delegatedOf` does, NotFound for other paths */
export function delegatedRoute(path: string): DelegatedRoute {
  const route = delegatedRouteOf(path);
  if (!route) throw notServed();
  assertDescends(route, path);
  return route;
}

/** Lets the server answer, if the user may ask for that: `route` is all that is known of it here. */
export async function answerDelegated(
  api: Pick<Api, 'authorize'>,
  clock: Clock,
  call: Asked,
  delegated: Delegated,
): Promise<Answer> {
  await assertMayAsk(api, call, delegated);
  const { resource } = delegated.route;
  const verb = resource && resourceVerb(call.method, resource, call.query);
  const ends = !isLongRunning(verb, resource?.subresource);
  const time = resource ? timeoutOf(call.query) : DISCOVERY_MS;
  return {
    type: 'proxy',
    async serve(request, response) {
      const auditId = response.getHeader('Audit-Id');
      const answering = proxyRequest(request, response, backendOf(call, delegated, auditId?.toString()));
      await (ends ? withinTime(answering, time, clock) : answering);
    },
  };
}

/** Rejects with StatusError Forbidden, or with what is wrong with the method. */
export async function assertMayAsk(
  api: Pick<Api, 'authorize'>,
  asked: Asked,
  { route }: Pick<Delegated, 'route'>,
): Promise<void> {
  await assertAuthorized(api.authorize, asked.user, attributesOf(asked, route));
}

function attributesOf({ method, query }: Asked, { path, resource }: DelegatedRoute): Attributes {
  const verb = resourceVerb(method, resource ?? { watch: false }, query);
  if (!verb)
    throw statusError('MethodNotAllowed', `the method ${method} is not known to aggregated API servers`);
  if (!resource) return { verb: method === 'HEAD' ? 'get' : method.toLowerCase(), path };
  const { group, plural, namespace, subresource } = resource;
  const selector = resource.name === undefined && READING.has(verb) ? query.get('fieldSelector') : null;
  const name = resource.name ?? selectedName(selector ?? undefined);
  return {
    verb,
    group,
    resource: plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(selector === null ? {} : { fieldSelector: selector }),
  };
}

/** What may be about one object, by a selector of fields. */
const READING: ReadonlySet<string> = new Set(['list', 'watch']);

/** What the server is asked: as the user, and never with what the client says of itself or has proven it by. */
export function backendOf(
  { query, user }: { readonly query: URLSearchParams; readonly user: User },
  { server, route }: Delegated,
  auditId?: string,
): Backend {
  const search = query.toString();
  return {
    connect: server.connect,
    scheme: 'http',
    prefix: '',
    path: route.path,
    search: search === '' ? '' : `?${search}`,
    hears: (header) => !tellsUser(header),
    headers: {
      ...remoteUserHeaders(user),
      host: server.host,
      ...(auditId === undefined ? {} : { 'audit-id': auditId }),
    },
    refusesRedirects: true,
  };
}
