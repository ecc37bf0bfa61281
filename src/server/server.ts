import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditLog } from '../audit/log.ts';
import type { Clock } from '../base/clock.ts';
import { CHECK_MS, connectionLimits, HEADERS_MS, limitConnections } from '../base/connections.ts';
import { errnoOf, ProblemError, problemOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { readRequestBody } from '../base/requestbody.ts';
import { parseBoundedJson } from '../kube/values/bounds.ts';
import type { Access } from '../model/access.ts';
import type { ProgressSource } from '../model/progress.ts';
import { isScoped, type User } from '../model/user.ts';
import type { Actions } from './actions.ts';
import { type FaceTrail, followRequest, noTrail } from './audit.ts';
import { streamAudit } from './auditstream.ts';
import type { Authenticate } from './auth.ts';
import { answerIdentity, type IdentityActions, logIn } from './identityroutes.ts';
import { foreign } from './origin.ts';
import { badRequest, refusal } from './refusal.ts';
import { answer } from './routes.ts';
import { streamEvents } from './sinks/stream.ts';
import { visibleEvents } from './visibility.ts';

export interface FaceOptions {
  readonly actions: Actions;
  readonly progress: ProgressSource;
  /** Answers everything below `/git/` itself, authentication included, and says who it was; false when the path is not its own. */
  readonly git: (
    request: IncomingMessage,
    response: ServerResponse,
    known: (user: User) => void,
  ) => Promise<boolean>;
  /** Every object of the home cluster at one revision, as lines. */
  readonly backup: () => Iterable<Buffer>;
  /** Answers a request to the Kubernetes API, whose path is `request.url`, as `user`; absent: there is none to proxy. */
  readonly kubernetes?: (
    request: IncomingMessage,
    response: ServerResponse,
    user: Pick<User, 'name' | 'groups'>,
  ) => Promise<void>;
  /** Where requests are recorded, and what is recorded is read; absent: nowhere. */
  readonly audit?: { readonly log: AuditLog; readonly uuid: () => string };
  readonly authenticate: Authenticate;
  readonly access: Access;
  readonly identity: IdentityActions;
  readonly clock: Clock;
  /** By which it may be asked, beside addresses and localhost: lower case, without a port. */
  readonly names?: readonly string[];
  readonly logger: Logger;
}

export interface Face {
  /** Resolves with the port; rejects with ProblemError `PortInUse`. */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

/** Bodies of the API are small questions; git has its own path and its own limits. */
const MAX_BODY_BYTES = 1 << 20;

/** Below it is the Kubernetes API of the home cluster: `/k8s/api`, `/k8s/apis`, `/k8s/version`, `/k8s/openapi`. */
const KUBERNETES = '/k8s';
const NO_KUBERNETES = {
  reason: 'NotFound',
  message: 'The home of this Pilotage is another cluster, whose Kubernetes API is not proxied.',
  remedy: 'Ask that cluster itself, with its own kubeconfig.',
};

const NARROW = {
  reason: 'Forbidden',
  message:
    'This token is for some deliveries, environments or verbs, and the Kubernetes API knows none of them.',
  remedy: 'Use a token without a scope: pilotage kubeconfig --user NAME.',
};

const PUSH_MS = 60 * 60_000;

export function createFace(options: FaceOptions): Face {
  const { logger, clock } = options;
  const timeouts = {
    headersTimeout: HEADERS_MS,
    // A push of a large repository over a slow line. A body that stalls is ended where it is read.
    requestTimeout: PUSH_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  const server = createServer(timeouts, (request, response) => {
    const { audit } = options;
    const url = urlOf(request);
    const path = url?.pathname ?? request.url ?? '/';
    const exchange = { request, response, path };
    const trail = audit ? followRequest({ ...audit, sink: audit.log, clock }, exchange) : noTrail;
    serve({ ...options, trail, url }, request, response).catch((error: unknown) => {
      const problem = problemOf(error);
      trail.refused(problem);
      if (problem.reason === 'InternalError')
        logger.error({ err: problem.message, url: request.url }, 'request failed');
      const { status, body } = refusal(problem);
      if (response.headersSent) return void response.destroy();
      // The rest of a body that is too large is not read.
      if (status === 413) response.setHeader('Connection', 'close');
      sendJson(response, status, body);
    });
  });
  limitConnections(server, { limits: connectionLimits(), clock, logger });
  return {
    listen: (host, port) => listen(server, host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  options: FaceOptions & { readonly trail: FaceTrail; readonly url: URL | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url } = options;
  if (!url) throw badRequest(`${JSON.stringify(request.url)} is not an address.`);
  if (url.pathname === '/healthz') return void response.end('ok\n');
  const problem = foreign(request.headers, options.names ?? []);
  if (problem) throw new ProblemError(problem);
  if (await options.git(request, response, options.trail.sender)) return;
  if (url.pathname === '/login' && request.method === 'POST') {
    const credentials = await readJson(request);
    options.trail.body(credentials);
    return sendJson(response, 200, await logIn(options.identity, credentials));
  }
  const user = await options.authenticate(request.headers);
  if (user === undefined) {
    response.setHeader('WWW-Authenticate', 'Basic realm="pilotage"');
    return sendJson(response, 401, {
      problem: {
        reason: 'Unauthorized',
        message: 'This needs a token of this Pilotage, one that is not revoked and has not expired.',
        remedy:
          'pilotage login; git: `pilotage git-credential setup` once; scripts send `Authorization: Bearer TOKEN`.',
      },
    });
  }
  options.trail.sender(user);
  if (url.pathname === KUBERNETES || url.pathname.startsWith(`${KUBERNETES}/`)) {
    if (!options.kubernetes) throw new ProblemError(NO_KUBERNETES);
    if (isScoped(user)) throw new ProblemError(NARROW);
    request.url = `${url.pathname.slice(KUBERNETES.length) || '/'}${url.search}`;
    return options.kubernetes(request, response, kubernetesUserOf(user));
  }
  const { access, actions } = options;
  if (url.pathname === '/api/v1/backup') {
    await access.assert(user, { on: 'backups', verb: 'get' });
    return streamBackup(options.backup, response);
  }
  if (url.pathname === '/api/v1/events') {
    const isVisible = await visibleEvents(access, user, () => actions.status());
    return streamEvents(options.progress, url.searchParams, response, isVisible);
  }
  if (url.pathname === '/api/v1/audit' && options.audit)
    return streamAudit(options.audit.log, user, url.searchParams, response);
  if (url.pathname === '/')
    return void response.end('Pilotage. Ask /api/v1/status, or run: pilotage status\n');
  const method = request.method ?? 'GET';
  const body = method === 'GET' ? undefined : await readJson(request);
  options.trail.body(body);
  const asked = { method, path: url.pathname, query: url.searchParams, body, user };
  const result =
    (await answerIdentity(options.identity, asked)) ?? (await answer(options.actions, access, asked));
  if (!result)
    throw new ProblemError({ reason: 'NotFound', message: `There is nothing at ${url.pathname}.` });
  sendJson(response, result.status, result.body);
}

/** As kubectl with the same token is known; a robot is its owner there. */
const kubernetesUserOf = ({ name, owner = name, groups }: User): Pick<User, 'name' | 'groups'> => ({
  name: owner,
  groups,
});

/** At the reader's pace; one that leaves ends it. */
async function streamBackup(backup: () => Iterable<Buffer>, response: ServerResponse): Promise<void> {
  // First, because it may be refused.
  const lines = backup();
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
  await pipeline(Readable.from(lines, { objectMode: false }), response);
}

/** undefined: the request target is whatever a client sent, `//` is one, and no URL. */
const urlOf = ({ url = '/' }: IncomingMessage): URL | undefined =>
  URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost') : undefined;

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readRequestBody(request, MAX_BODY_BYTES);
  if (!bytes)
    throw new ProblemError({
      reason: 'TooLarge',
      message: `The body is larger than ${MAX_BODY_BYTES} bytes.`,
    });
  if (bytes.length === 0) return undefined;
  try {
    return parseBoundedJson(bytes.toString('utf8'));
  } catch (error) {
    throw badRequest(`the body is not JSON: ${problemOf(error).message}`);
  }
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        errnoOf(error) === 'EADDRINUSE'
          ? new ProblemError({
              reason: 'PortInUse',
              message: `Port ${port} on ${host} is in use by another program.`,
              remedy:
                'Stop that program, or choose another port: pilotage up --http HOST:PORT (0 lets the system choose).',
            })
          : error,
      ),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
