import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { partyOf } from '../base/clientparty.ts';
import { ProblemError } from '../base/errors.ts';
import { isScoped, kubernetesUserOf } from '../model/user.ts';
import type { FaceTrail } from './audit.ts';
import { streamAudit } from './auditstream.ts';
import { answerBootstrap } from './bootstrap.ts';
import { answerIdentity } from './identityroutes.ts';
import { MAX_TREE_BODY_BYTES, readJson, sendJson } from './json.ts';
import { lastAsLongAs } from './lasting.ts';
import { answerLogin, isOpened, sendLoginPage } from './login.ts';
import { foreign, isShown } from './origin.ts';
import type { FaceOptions } from './parts.ts';
import { answerProviderLogin } from './providerlogin.ts';
import { badRequest } from './refusal.ts';
import { answer } from './routes.ts';
import { cookieOf, dropSession, isOfPage, sessionOf } from './sessions.ts';
import { answerSignIn } from './signinroutes.ts';
import { streamEvents } from './sinks/stream.ts';
import { visibleEvents } from './visibility.ts';

/** Below it is the Kubernetes API of the home cluster: `/k8s/api`, `/k8s/apis`, `/k8s/version`, `/k8s/openapi`. */
const KUBERNETES = '/k8s';
const NO_KUBERNETES = {
  reason: 'NotFound',
  message: 'The home of this Pilotage is another cluster, whose Kubernetes API is not proxied.',
  remedy: 'Ask that cluster itself, with its own kubeconfig.',
};

/** Pods answer there, through the proxy. */
const NO_PAGES = {
  reason: 'Forbidden',
  message:
    'No browser shows what is below /k8s as a page: its scripts would act as whoever is signed in here.',
  remedy: 'Open it through: kubectl proxy.',
};

const UNKNOWN = {
  reason: 'Unauthorized',
  message:
    'This needs a token of this Pilotage, or a session of a browser: one that is not revoked and has not expired.',
  remedy:
    'pilotage login; git: `pilotage git-credential setup` once; scripts send `Authorization: Bearer TOKEN`.',
};

const NARROW = {
  reason: 'Forbidden',
  message:
    'This token is for some deliveries, environments or verbs, and the Kubernetes API knows none of them.',
  remedy: 'Use a token without a scope: pilotage kubeconfig --user NAME.',
};

/** A request as it has come in. */
export interface Received {
  readonly trail: FaceTrail;
  /** undefined: its target is no URL. */
  readonly url: URL | undefined;
}

/** Answers a request: what anybody may ask, then, as the user that it proves, everything else. @throws ProblemError for what is refused */
export async function serve(
  options: FaceOptions & Received,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url } = options;
  if (!url) throw badRequest(`${JSON.stringify(request.url)} is not an address.`);
  if (url.pathname === '/healthz') return void response.end('ok\n');
  if (await answerProviderLogin(options, { url, trail: options.trail }, request, response)) return;
  // Before names are asked for: no page of a browser can sign what it sends there.
  if (await options.webhooks?.(request, response, url.pathname)) return;
  const problem = foreign(request.headers, options.names ?? []);
  if (problem) throw new ProblemError(problem);
  if (await options.git(request, response, options.trail.sender)) return;
  if (url.pathname === '/login' && request.method === 'POST')
    return answerLogin(options, request, response, options.trail.body);
  if (url.pathname === '/bootstrap')
    return answerBootstrap(options.identity, request, response, options.trail.body);
  if (url.pathname === '/login' || url.pathname.startsWith('/login/'))
    return answerStranger(options, url.pathname, request, response);
  const isKubernetes = url.pathname === KUBERNETES || url.pathname.startsWith(`${KUBERNETES}/`);
  if (isKubernetes && isShown(request.headers)) throw new ProblemError(NO_PAGES);
  const session = isKubernetes ? undefined : await sessionOf(request, options);
  const user = session?.user ?? (await options.authenticate(request.headers));
  if (user === undefined) {
    if (url.pathname === '/' && isOpened(request))
      return sendLoginPage(response, options.browserSignIn?.()?.provider);
    // Asked by a page, a browser would open a window of its own.
    if (!isOfPage(request.headers)) response.setHeader('WWW-Authenticate', 'Basic realm="pilotage"');
    throw new ProblemError(UNKNOWN);
  }
  options.trail.sender(user);
  if (session && url.pathname === '/api/v1/session')
    return sendJson(response, 200, { user: user.name, csrf: session.csrf });
  if (session && url.pathname === '/api/v1/logout')
    response.setHeader('Set-Cookie', cookieOf('', 0, options.certificates !== undefined));
  const isKnown = session?.lasts ?? (async () => (await options.authenticate(request.headers)) !== undefined);
  if (isKubernetes) {
    if (!options.kubernetes) throw new ProblemError(NO_KUBERNETES);
    if (isScoped(user)) throw new ProblemError(NARROW);
    dropSession(request.headers, options.certificates !== undefined);
    request.url = `${url.pathname.slice(KUBERNETES.length) || '/'}${url.search}`;
    // A watch is a stream too.
    lastAsLongAs(isKnown, response, options.clock);
    return options.kubernetes(request, response, kubernetesUserOf(user));
  }
  const { access, actions } = options;
  if (url.pathname === '/api/v1/backup') {
    await access.assert(user, { on: 'backups', verb: 'get' });
    return streamBackup(options.backup, response);
  }
  if (url.pathname === '/api/v1/events') {
    const isVisible = await visibleEvents(access, user, () => actions.status());
    lastAsLongAs(isKnown, response, options.clock);
    return streamEvents(options.progress, url.searchParams, response, isVisible);
  }
  if (url.pathname === '/api/v1/audit' && options.audit) {
    lastAsLongAs(isKnown, response, options.clock);
    return streamAudit(options.audit.log, user, url.searchParams, response);
  }
  if (url.pathname === '/')
    return void response.end('Pilotage. Ask /api/v1/status, or run: pilotage status\n');
  const method = request.method ?? 'GET';
  const limit = method === 'POST' && PLAN_PATH.test(url.pathname) ? MAX_TREE_BODY_BYTES : undefined;
  const body = method === 'GET' ? undefined : await readJson(request, limit);
  options.trail.body(body);
  const asked = { method, path: url.pathname, query: url.searchParams, body, user };
  const result =
    (await answerIdentity(options.identity, asked)) ?? (await answer(options.actions, access, asked));
  if (!result) throw new ProblemError(nothingAt(url.pathname));
  sendJson(response, result.status, result.body);
}

const PLAN_PATH = /^\/api\/v1\/environments\/[^/]*\/[^/]+\/plan$/;

/** Who signs in with a browser is nobody yet. */
async function answerStranger(
  { browserSignIn, trail }: FaceOptions & Received,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET' } = request;
  const body = method === 'GET' ? undefined : await readJson(request);
  const answered = await answerSignIn(browserSignIn?.(), {
    method,
    path,
    body,
    party: partyOf(request.socket.remoteAddress),
  });
  if (!answered) throw new ProblemError(nothingAt(path));
  if (answered.user) trail.sender({ name: answered.user, groups: [] });
  sendJson(response, 200, answered.body);
}

const nothingAt = (path: string) => ({ reason: 'NotFound', message: `There is nothing at ${path}.` });

/** At the reader's pace; one that leaves ends it. */
async function streamBackup(backup: () => Iterable<Buffer>, response: ServerResponse): Promise<void> {
  // First, because it may be refused.
  const lines = backup();
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
  await pipeline(Readable.from(lines, { objectMode: false }), response);
}
