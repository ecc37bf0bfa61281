/** Signing in at the provider with a browser that comes back to this face, for a session (OpenID Connect Core 1.0 §3.1). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { partyOf } from '../base/clientparty.ts';
import { type Problem, ProblemError, problemOf } from '../base/errors.ts';
import { PROVIDER_CALLBACK, PROVIDER_LOGIN } from '../model/providerlogin.ts';
import type { FaceTrail } from './audit.ts';
import { foreign, unknownName } from './origin.ts';
import { escaped, sendPage, sendRefusal } from './pages.ts';
import type { FaceOptions } from './parts.ts';
import { attemptCookieOf, attemptIn, cookieOf } from './sessions.ts';

interface Asked {
  readonly url: URL;
  readonly trail: FaceTrail;
}

type Options = Pick<FaceOptions, 'browserSignIn' | 'certificates' | 'names'>;

/** Answers both addresses with pages or redirects; false: the path is another's. Refusals are shown, not thrown, but for `Forbidden`. */
export async function answerProviderLogin(
  options: Options,
  { url, trail }: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = url;
  const step = pathname === PROVIDER_LOGIN ? begin : pathname === PROVIDER_CALLBACK ? finish : undefined;
  if (request.method !== 'GET' || !step) return false;
  // The provider's page sends the browser back, which is another site by design: the cookie shows that it began here.
  const names = options.names ?? [];
  const isBack = pathname === PROVIDER_CALLBACK;
  const refused = isBack ? unknownName(request.headers, names) : foreign(request.headers, names);
  if (refused) throw new ProblemError(refused);
  try {
    await step(options, { url, trail }, request, response);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.reason === 'InternalError') throw error;
    trail.refused(problem);
    sendRefusal(response, problem, '/');
  }
  return true;
}

async function begin(
  { browserSignIn, certificates }: Options,
  _: Asked,
  { headers, socket }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const signIn = browserSignIn?.();
  if (!signIn) throw new ProblemError(NO_PROVIDER);
  const isSecure = certificates !== undefined;
  const callback = `${isSecure ? 'https' : 'http'}://${headers.host}${PROVIDER_CALLBACK}`;
  const { attempt, url } = await signIn.beginPage(callback, partyOf(socket.remoteAddress));
  response.setHeader('Set-Cookie', attemptCookieOf(attempt, isSecure));
  response.writeHead(302, { Location: url, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  response.end();
}

async function finish(
  { browserSignIn, certificates }: Options,
  { url, trail }: Asked,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const signIn = browserSignIn?.();
  if (!signIn) throw new ProblemError(NO_PROVIDER);
  const isSecure = certificates !== undefined;
  const attempt = attemptIn(headers, isSecure);
  if (attempt === undefined) throw new ProblemError(NOT_BEGUN);
  response.setHeader('Set-Cookie', attemptCookieOf('', isSecure));
  const { user, secret, seconds } = await signIn.finishPage(attempt, url.search);
  trail.sender({ name: user, groups: [] });
  response.setHeader('Set-Cookie', [attemptCookieOf('', isSecure), cookieOf(secret, seconds, isSecure)]);
  // Not a redirect: the provider's site began it, and the cookie of a session goes with what this one begins alone.
  const words = `<p>You are signed in as ${escaped(user)}.</p><p><a href="/">Go on</a></p>`;
  sendPage(response, 200, words, { next: '/' });
}

const NO_PROVIDER: Problem = {
  reason: 'NotFound',
  message: 'No provider signs people in here.',
  remedy: 'Sign in with a name and a password.',
};

const NOT_BEGUN: Problem = {
  reason: 'Unauthorized',
  message: 'This browser has begun no sign-in here, or more than ten minutes ago.',
  remedy: 'Begin again, in this browser and by this address; it has to take cookies.',
};
