import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestVerb } from '../authorization.ts';
import { proxyTargetOf } from '../kinds/proxytarget.ts';
import { type Backend, locationOf, proxyRequest } from '../streaming/httpproxy.ts';
import { linkDuplex } from '../streaming/linkduplex.ts';
import type { Api, DialRequest } from '../types.ts';
import type { Call } from './request.ts';
import type { Route } from './requestinfo.ts';

type ProxyCall = Pick<Call, 'method' | 'path' | 'signal'>;
type ProxyRoute = Pick<Extract<Route, { type: 'resource' }>, 'name' | 'proxied' | 'plural'>;

/** What a proxied path leads to, once the user may go there and the object is there. Rejects with StatusError. */
export async function backendOf(
  api: Api,
  { method, path, signal }: ProxyCall,
  { name = '', proxied = '', plural }: ProxyRoute,
  target: Omit<DialRequest, 'verb'>,
): Promise<Backend> {
  const dial = await api.dial({ ...target, verb: PROXY_VERBS[method] ?? 'get' });
  return {
    connect: async () => linkDuplex(await dial({}, signal())),
    // The link itself leads to the agent of a node.
    scheme: plural === 'nodes' ? 'http' : proxyTargetOf(name, plural.slice(0, -1)).scheme,
    prefix: path.slice(0, path.length - proxied.length),
    path: proxied || '/',
  };
}

/** The verb that a method is asked for (apiserver `pkg/endpoints/request/requestinfo.go`). */
const PROXY_VERBS: Readonly<Record<string, RequestVerb>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Serves a request that is passed on. */
export async function proxyServer(
  api: Api,
  call: Call,
  route: ProxyRoute,
  target: Omit<DialRequest, 'verb'>,
): Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  const backend = await backendOf(api, call, route, target);
  // Relative links of a page need the slash (apimachinery `pkg/util/proxy` proxyRedirectsforRootPath).
  if (route.proxied === '' && (call.method === 'GET' || call.method === 'HEAD')) {
    return async (request, response) => {
      response.writeHead(301, {
        Location: `${backend.prefix}${locationOf(backend, request)}`,
        'Content-Length': 0,
      });
      response.end();
    };
  }
  return (request, response) => proxyRequest(request, response, backend);
}
