import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { onAbort } from '../../../base/abort.ts';
import type { Awaitable } from '../../../base/awaitable.ts';
import { CHECK_MS, connectionLimits, HEADERS_MS, limitConnections } from '../../../base/connections.ts';
import { errnoOf, ProblemError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { User } from '../../../kube/client/client.ts';
import type { Status } from '../../../kube/values/status.ts';
import { authenticate } from '../auth/authentication.ts';
import type { Pki } from '../auth/pki.ts';
import { assertAuthorized } from '../authorize.ts';
import { badRequest, notServed } from '../errors.ts';
import { proxyUpgrade } from '../streaming/httpproxy.ts';
import { createWebSockets, type Upgrade } from '../streaming/websocket.ts';
import { assertMayAsk, backendOf, delegatedOf } from './aggregated.ts';
import { type Answer, failure, statusOf } from './answers.ts';
import { askedOf, type Recorded } from './asked.ts';
import { noTrails, type Trail, type Trails } from './audit.ts';
import { compressed, encoded, wantsIndented } from './encoding.ts';
import { actingUser, createHandler, type Handler, type HandlerOptions, pathAttributes } from './handler.ts';
import type { NodeLinks } from './links.ts';
import { inTurns } from './overload/turns.ts';
import { createPace, type Pace } from './pacing.ts';
import { bytesOf, type Call } from './request.ts';
import { isDecodable, routeOf } from './requestinfo.ts';
import { createRequestMetrics, type RequestMetrics } from './requestmetrics.ts';
import { writeAnswer, writeRefusal } from './respond.ts';
import { serveUpgrade, type UpgradeOptions } from './upgrades.ts';

const REQUEST_MS = 60_000;
/** Every request ends with it; one that is made each time gathers its stack each time. */
const OVER = new DOMException('The request is over', 'AbortError');

export interface HttpsServerOptions extends Omit<HandlerOptions, 'metrics'> {
  readonly pki: Pki;
  readonly links: NodeLinks;
  readonly logger: Logger;
  /** Where requests are recorded; default: nowhere. */
  readonly trails?: Trails;
}

export interface HttpsServer {
  /** Port 0 takes a free one. Rejects with ProblemError when the address cannot be had. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Answers a request of another HTTP server, which has authenticated `user`; `request.url` is a path of this API. Never rejects. */
  serveAs(request: IncomingMessage, response: ServerResponse, user: User): Promise<void>;
  /** Ends every connection; watchers see the end of their stream. */
  close(): Promise<void>;
}

/** The Kubernetes API over TLS: who is there, what is asked, how it is to look; the verb layer does the rest. */
export function createHttpsServer(options: HttpsServerOptions): HttpsServer {
  const { pki, clock, logger, links, tokens, api } = options;
  /** One per request under way: a signal shared by all would gather a listener for each request ever served. */
  const calls: Service['calls'] = new Set();
  let isClosing = false;
  const closing = () => isClosing;
  const metrics = createRequestMetrics({ kinds: api.kinds, version: api.version, clock });
  const handle = inTurns(createHandler({ ...options, closing, metrics: metrics.text }), { clock, closing });
  const { trails = noTrails } = options;
  const pace = createPace(clock);
  const service: Service = { api, handle, logger, calls, closing, trails, pace, metrics };
  const server = createServer({
    ...pki.server,
    // With the authority, so that who joins and knows its hash alone can be shown it.
    cert: `${pki.server.cert}${pki.ca}`,
    ca: pki.ca,
    requestCert: true,
    // Tokens are welcome too: authentication.ts decides, by socket.authorized.
    rejectUnauthorized: false,
    sessionIdContext: 'pilotage',
    handshakeTimeout: HEADERS_MS,
    headersTimeout: HEADERS_MS,
    // A selector stands in the path of its request (kube-apiserver takes as much, http.DefaultMaxHeaderBytes).
    maxHeaderSize: 2 ** 20,
    // Of receiving the request, at most 3 MiB: a watch has been asked for long before.
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  });
  limitConnections(server, { limits: connectionLimits(), clock, logger, upgrades: true });
  // Longer than the idle time of any client's pool: the side that closes first causes no resets then.
  server.keepAliveTimeout = 120_000;
  server.on('request', (request, response) => {
    void serve(service, request, response, (path) => authenticate(request, path, tokens));
  });
  const websockets = createWebSockets(clock);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => logger.debug({ error: error.message }, 'upgraded connection failed'));
    const signal = endingWith(socket, calls);
    const what = readUrl(request);
    const trail = trails(request, what);
    // The link of a node is no request of a client, and lasts as long as its agent.
    const counted = what.asked.policyResource ? metrics.began(what) : () => {};
    upgrade({ ...options, websockets }, { request, socket, head }, { ...what, trail, signal }).then(
      () => {
        trail.complete({ code: 101 });
        onAbort(signal, () => counted(101));
      },
      (error: unknown) => {
        const status = statusOf(error);
        trail.complete(status);
        writeRefusal(socket, status);
        counted(status.code);
      },
    );
  });
  server.on('tlsClientError', (error) => logger.debug({ error: error.message }, 'TLS handshake failed'));

  return {
    serveAs: (request, response, user) =>
      serve(service, request, response, () => ({
        ...user,
        groups: [...new Set([...user.groups, 'system:authenticated'])],
      })),
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
        isClosing = true;
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

interface AskedUpgrade extends Omit<Recorded, 'asked'> {
  readonly trail: Trail;
  readonly signal: AbortSignal;
}

/** Takes a connection over. Rejects with the refusal. */
async function upgrade(
  options: HttpsServerOptions & Pick<UpgradeOptions, 'websockets'>,
  taken: Upgrade,
  { path, query, route, trail, signal }: AskedUpgrade,
): Promise<void> {
  const { api, tokens, links } = options;
  const { request, socket, head } = taken;
  if (!isDecodable(path)) throw badRequest(`the path "${path}" is not a valid percent-encoding`);
  const sender = await authenticate(request, path, tokens);
  trail.sender(sender);
  const user = await actingUser(api, request, sender);
  await trail.acting(user);
  const delegated = delegatedOf(options.aggregator, path, route);
  if (delegated) {
    await assertMayAsk(api, { method: request.method ?? '', query, user }, delegated);
    trail.started();
    return proxyUpgrade(taken, backendOf({ query, user }, delegated));
  }
  if (route.type === 'path') {
    await assertAuthorized(api.authorize, user, pathAttributes({ method: 'GET', path }));
    if (links.upgrade(request, socket, head)) return;
    throw notServed();
  }
  trail.started();
  await serveUpgrade(options, { user, path, query, upgrade: taken, signal }, route);
}

/** Aborts when the connection is gone; the end of the server, which knows nothing of what it has handed over, cuts it. */
function endingWith(socket: Duplex, calls: Service['calls']): AbortSignal {
  const gone = new AbortController();
  calls.add(gone);
  gone.signal.addEventListener('abort', () => socket.destroy());
  socket.on('close', () => {
    calls.delete(gone);
    gone.abort();
  });
  return gone.signal;
}

interface Service extends Pick<HandlerOptions, 'api'> {
  readonly handle: Handler;
  readonly closing: () => boolean;
  readonly logger: Logger;
  readonly trails: Trails;
  readonly pace: Pace;
  readonly metrics: RequestMetrics;
  /** Aborted when the server stops. */
  readonly calls: Set<Pick<AbortController, 'abort'>>;
}

/** Of one request. Few ever ask for its signal, and making one and aborting it costs more than all else here. */
class Ending {
  #isOver = false;
  #controller: AbortController | undefined;

  readonly signal = (): AbortSignal => {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort(OVER);
    return this.#controller.signal;
  };

  abort(): void {
    this.#isOver = true;
    this.#controller?.abort(OVER);
  }
}

/** Answers one request. `authenticated` says who sends it, and throws to refuse. */
async function serve(
  { api, handle, logger, calls, closing, trails, pace, metrics }: Service,
  request: IncomingMessage,
  response: ServerResponse,
  authenticated: (path: string) => Awaitable<User>,
): Promise<void> {
  const ending = new Ending();
  calls.add(ending);
  // Not the request's 'close': that fires as soon as the body is read, and would drop every watcher.
  response.once('close', () => {
    calls.delete(ending);
    ending.abort();
  });
  const what = readUrl(request);
  const { path, query, route } = what;
  const trail = trails(request, what);
  const counted = metrics.began({ ...what, contentType: request.headers['content-type'] });
  if (trail.id) response.setHeader('Audit-Id', trail.id);
  const warnings: string[] = [];
  // Whoever is answered now comes back elsewhere, or to the next server.
  if (closing()) response.setHeader('Connection', 'close');
  let answer: Answer;
  let status: Status | undefined;
  try {
    const sender = await authenticated(path);
    trail.sender(sender);
    const user = await actingUser(api, request, sender);
    await trail.acting(user);
    answer = await handle(
      callOf(request, { path, query, route, warnings, user, signal: ending.signal, audit: trail }),
    );
  } catch (error) {
    status = statusOf(error);
    if (status.code >= 500)
      logger.warn({ method: request.method, path, error: status.message }, 'request failed');
    answer = failure(status);
    // Nobody will read the rest of it.
    if (status.code === 413) response.setHeader('Connection', 'close');
  }
  const { accept, 'accept-encoding': acceptEncoding, 'user-agent': userAgent } = request.headers;
  const form = encoded(answer, accept, wantsIndented(query, userAgent));
  const written = await compressed(form, String(acceptEncoding ?? ''));
  if (answer.type !== 'bytes') trail.started(200);
  await writeAnswer(response, written, { warnings, headOnly: request.method === 'HEAD', pace });
  counted(response.statusCode);
  trail.complete(status ?? (answer.type === 'proxy' ? { code: response.statusCode } : answer));
}

type Known = Pick<Call, 'path' | 'query' | 'route' | 'user' | 'signal' | 'warnings' | 'audit'>;

function callOf(request: IncomingMessage, known: Known): Call {
  const { method = 'GET', headers } = request;
  return {
    ...known,
    method,
    accept: headers.accept,
    acceptEncoding: headers['accept-encoding']?.toString(),
    ifNoneMatch: headers['if-none-match'],
    userAgent: headers['user-agent'] ?? '',
    contentType: (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    body: () => bytesOf(request),
  };
}

function readUrl({ method = 'GET', url = '/' }: IncomingMessage): Recorded {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  const route = routeOf(path);
  return { path, query, route, asked: askedOf(method, path, query, route) };
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
