import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../base/clock.ts';
import { CHECK_MS, connectionLimits, HEADERS_MS, limitConnections } from '../../../base/connections.ts';
import { errnoOf, ProblemError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { statusError } from '../../../kube/values/status.ts';
import { authenticate } from '../auth/authentication.ts';
import type { Pki } from '../auth/pki.ts';
import type { Tokens } from '../auth/tokens.ts';
import { assertAuthorized } from '../authorize.ts';
import type { Api, Attributes, RequestVerb } from '../types.ts';
import { columnCache } from '../wire/table.ts';
import { type Answer, json, statusOf } from './answers.ts';
import type { NodeLinks } from './links.ts';
import { createWriter, type Writer } from './objects.ts';
import { createPaths, type Paths, type ServerVersion } from './paths.ts';
import { bytesOf, type Call, requiredBody } from './request.ts';
import { routeOf } from './requestinfo.ts';
import { answerResource, type ResourceRoute } from './resourcehandlers.ts';
import { writeAnswer, writeRefusal } from './respond.ts';
import { answerReview, reviewOf } from './reviews.ts';

const REQUEST_MS = 60_000;

export interface HttpsServerOptions {
  readonly api: Api;
  readonly pki: Pki;
  readonly tokens: Tokens;
  readonly links: NodeLinks;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: ServerVersion;
  /** undefined: ready; else why `/readyz` says 503. */
  readonly readiness?: () => string | undefined;
}

export interface HttpsServer {
  /** Port 0 takes a free one. Rejects with ProblemError when the address cannot be had. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Ends every connection; watchers see the end of their stream. */
  close(): Promise<void>;
}

/** The Kubernetes API over TLS: who is there, what is asked, how it is to look; the verb layer does the rest. */
export function createHttpsServer(options: HttpsServerOptions): HttpsServer {
  const { pki, clock, logger, links, tokens } = options;
  const handle = createHandler(options);
  /** One per request under way: a signal shared by all would gather a listener for each request ever served. */
  const calls = new Set<AbortController>();
  const server = createServer({
    ...pki.server,
    ca: pki.ca,
    requestCert: true,
    // Tokens are welcome too: authentication.ts decides, by socket.authorized.
    rejectUnauthorized: false,
    sessionIdContext: 'pilotage',
    handshakeTimeout: HEADERS_MS,
    headersTimeout: HEADERS_MS,
    // Of receiving the request, at most 3 MiB: a watch has been asked for long before.
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  });
  limitConnections(server, { limits: connectionLimits(), clock, logger });
  // Longer than the idle time of any client's pool: the side that closes first causes no resets then.
  server.keepAliveTimeout = 120_000;
  server.on('request', (request, response) => {
    void serve({ handle, tokens, logger, calls }, request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => logger.debug({ error: error.message }, 'upgraded connection failed'));
    try {
      const { path } = splitUrl(request);
      const user = authenticate(request, path, tokens);
      if (!links.upgrade(request, socket, head, user)) {
        throw statusError(
          'MethodNotAllowed',
          'exec, attach and port-forward are not available in this version',
        );
      }
    } catch (error) {
      writeRefusal(socket, statusOf(error));
    }
  });
  server.on('tlsClientError', (error) => logger.debug({ error: error.message }, 'TLS handshake failed'));

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        const refused = (error: Error) => reject(listenProblem(error, host, port));
        server.once('error', refused);
        server.listen(port, host, () => {
          server.off('error', refused);
          const { address, port: taken } = server.address() as AddressInfo;
          resolve({ host: address, port: taken });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        links.close();
        if (!server.listening) return resolve();
        server.close(() => resolve());
        server.closeIdleConnections();
        // Watches end when their response does; whatever is not through in a second is cut.
        const cancel = clock.after(1000, () => server.closeAllConnections());
        server.once('close', cancel);
        for (const call of calls) call.abort();
      }),
  };
}

export type Handler = (call: Call) => Promise<Answer>;

/** The server without sockets: a call in, an answer out. Rejects with what `statusOf` understands. */
function createHandler({
  api,
  tokens,
  clock,
  version,
  readiness = () => undefined,
}: Omit<HttpsServerOptions, 'pki' | 'links' | 'logger'>): Handler {
  const writer: Writer = createWriter(clock, columnCache());
  const paths: Paths = createPaths({ kinds: api.kinds, version, readiness });
  return async (call) => {
    const route = routeOf(call.path);
    if (route.type === 'path') return paths.answer(call);
    const authorized = { ...call, body: () => bodyOfAuthorized(api, call, route) };
    const review = call.method === 'POST' ? reviewOf(route.group, route.plural) : undefined;
    if (review)
      return json(await answerReview(api, tokens, call.user, review, await requiredBody(authorized)), 201);
    return answerResource(api, writer, authorized, route);
  };
}

/** Nobody's body is read, nor decoded, who could not write whatever it holds; the verb decides again once it is known. */
async function bodyOfAuthorized(api: Api, call: Call, route: ResourceRoute): Promise<Buffer> {
  const { group, plural: resource, namespace, name, subresource } = route;
  const verb = verbOf(call.method, name);
  if (!verb) return call.body();
  const attributes: Attributes = {
    verb,
    group,
    resource,
    isUnread: true,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
  await assertAuthorized(api.authorize, call.user, attributes);
  return call.body();
}

function verbOf(method: string, name: string | undefined): RequestVerb | undefined {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

interface Service {
  readonly handle: Handler;
  readonly tokens: Tokens;
  readonly logger: Logger;
  /** Aborted when the server stops. */
  readonly calls: Set<AbortController>;
}

async function serve(
  { handle, tokens, logger, calls }: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  calls.add(gone);
  // Not the request's 'close': that fires as soon as the body is read, and would drop every watcher.
  response.on('close', () => {
    calls.delete(gone);
    gone.abort();
  });
  const { path, query } = splitUrl(request);
  const warnings: string[] = [];
  let answer: Answer;
  try {
    const user = authenticate(request, path, tokens);
    answer = await handle({ ...callOf(request), path, query, warnings, user, signal: gone.signal });
  } catch (error) {
    const status = statusOf(error);
    if (status.code >= 500)
      logger.warn({ method: request.method, path, error: status.message }, 'request failed');
    answer = json(status, status.code);
    // Nobody will read the rest of it.
    if (status.code === 413) response.setHeader('Connection', 'close');
  }
  await writeAnswer(response, answer, warnings, request.method === 'HEAD');
}

function callOf(
  request: IncomingMessage,
): Pick<Call, 'method' | 'accept' | 'userAgent' | 'contentType' | 'body'> {
  const { method = 'GET', headers } = request;
  return {
    method,
    accept: headers.accept,
    userAgent: headers['user-agent'] ?? '',
    contentType: (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    body: () => bytesOf(request),
  };
}

function splitUrl({ url = '/' }: IncomingMessage): {
  readonly path: string;
  readonly query: URLSearchParams;
} {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return { path, query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)) };
}

function listenProblem(error: Error, host: string, port: number): ProblemError {
  const code = errnoOf(error);
  const address = `${host}:${port}`;
  const [reason, why, remedy] =
    code === 'EADDRINUSE'
      ? ['PortInUse', 'another program listens there', 'stop that program, or choose another port with --api']
      : code === 'EACCES'
        ? ['PortForbidden', 'this user may not bind it', 'choose a port above 1023 with --api']
        : ['CannotListen', error.message, 'choose another address with --api'];
  const message = `the Kubernetes API cannot listen on ${address}: ${why}`;
  return new ProblemError({ reason, message, remedy }, { cause: error });
}
