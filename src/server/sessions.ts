/** Sign-ins of browsers: the cookie, and what keeps other pages from using it. */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { equalSecrets } from '../base/equalsecrets.ts';
import { type Problem, ProblemError } from '../base/errors.ts';
import { SIGN_IN_MS } from '../model/providerlogin.ts';
import type { User } from '../model/user.ts';
import { bearerOf } from './auth.ts';
import type { FaceOptions } from './parts.ts';

/** What a page that changes something sends along: the `csrf` of its session. */
const CSRF_HEADER = 'pilotage-csrf';

/** Over TLS a name that a browser takes from this host alone, for every path of it (RFC 6265bis, section 4.1.3.2). */
const cookieName = (isSecure: boolean): string => (isSecure ? '__Host-pilotage' : 'pilotage');

/** What a browser has while it signs in at the provider. */
const attemptName = (isSecure: boolean): string => `${cookieName(isSecure)}-signin`;

/** Of no script; it comes back with the browser that the provider sends, for which it cannot be `Strict`. Empty: it is taken away. */
export const attemptCookieOf = (attempt: string, isSecure: boolean): string =>
  [
    `${attemptName(isSecure)}=${attempt}`,
    `Max-Age=${attempt === '' ? 0 : SIGN_IN_MS / 1000}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');

/** The sign-in that this browser has begun. */
export const attemptIn = (headers: IncomingHttpHeaders, isSecure: boolean): string | undefined =>
  secretIn(headers, attemptName(isSecure));

/** Of no script, and with no request that begins on another site. */
export const cookieOf = (secret: string, seconds: number, isSecure: boolean): string =>
  [
    `${cookieName(isSecure)}=${secret}`,
    `Max-Age=${seconds}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');

export interface Session {
  readonly user: User;
  readonly csrf: string;
  /** Whether it has not ended by now. */
  lasts(): Promise<boolean>;
}

/**
 * The session of a request that has nothing else to prove a user; undefined: it has none (any more).
 * @throws ProblemError Forbidden where it would change something, and nothing shows that a page of this face asks
 */
export async function sessionOf(
  { headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
  {
    knowSession,
    observeSession,
    certificates,
  }: Pick<FaceOptions, 'knowSession' | 'observeSession' | 'certificates'>,
): Promise<Session | undefined> {
  if (headers.authorization !== undefined) return undefined;
  const secret = secretIn(headers, cookieName(certificates !== undefined));
  const user = secret && (await knowSession(secret));
  if (!user) return undefined;
  const csrf = csrfOf(secret);
  const isReading = method === 'GET' || method === 'HEAD';
  if (!isReading && !isOwnPage(headers, csrf)) throw new ProblemError(FORGED);
  const lasts = async () => (await observeSession(secret)) !== undefined;
  return { user: bearerOf(headers, user), csrf, lasts };
}

/** A page asks by a script of its own; what a person opens is navigated to (Fetch Metadata). */
export const isOfPage = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'cors' || headers['sec-fetch-mode'] === 'same-origin';

/** Takes the session, and the sign-in, out of a request that goes on to others, pods among them: they get the other cookies of this host. */
export function dropSession(headers: IncomingHttpHeaders, isSecure: boolean): void {
  const own = ['', cookieName(isSecure), attemptName(isSecure)];
  const others = cookiesIn(headers).filter(([name]) => !own.includes(name));
  if (others.length === 0) delete headers.cookie;
  else headers.cookie = others.map(([, , pair]) => pair).join('; ');
}

/** Two cookies of the name: another server of this host has set one, and nobody can tell which. */
function secretIn(headers: IncomingHttpHeaders, name: string): string | undefined {
  const found = cookiesIn(headers).filter(([key]) => key === name);
  return found.length === 1 ? found[0]?.[1] : undefined;
}

/** Name and value of each cookie, and the text of both. */
const cookiesIn = ({ cookie = '' }: IncomingHttpHeaders): readonly (readonly [string, string, string])[] =>
  cookie.split(';').map((text) => {
    const pair = text.trim();
    const [name = '', value = ''] = pair.split('=', 2);
    return [name, value, pair];
  });

/** Only who has the secret can make it, and it does not lead back. */
export const csrfOf = (secret: string): string =>
  createHmac('sha256', secret).update('csrf of pilotage').digest('base64url');

/** What is there of Origin and Sec-Fetch-Site has been compared before (`origin.ts`); here one of them has to be. */
function isOwnPage(headers: IncomingHttpHeaders, csrf: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin === undefined && site !== 'same-origin') return false;
  return equalSecrets(String(headers[CSRF_HEADER] ?? ''), csrf);
}

const FORGED: Problem = {
  reason: 'Forbidden',
  message: 'A session of a browser changes something only for a page of this Pilotage.',
  remedy:
    'Send its `csrf` (GET /api/v1/session) in the header Pilotage-CSRF, from the same origin; programs use a token.',
};
