import { ProblemError } from '../../base/errors.ts';
import type { Ask, WebAnswer, WebRequest } from '../web/ask.ts';
import { askFollowing } from '../web/follow.ts';
import { type Challenge, parseChallenge } from './challenge.ts';

export type Login =
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  /** Docker's `identitytoken`: exchanged for the token of a scope. */
  | { readonly type: 'refresh'; readonly token: string };

export interface SessionOptions {
  readonly ask: Ask;
  /** What a host is offered; undefined: nobody is signed in there. */
  readonly loginFor: (host: string) => Promise<Login | undefined>;
  /** Without TLS: only where somebody has said so. */
  readonly plainHttp: boolean;
}

/** What is done to a repository: a token is made for it. */
export interface Scope {
  readonly repository: string;
  readonly actions: 'pull' | 'pull,push';
}

/** A registry that answers: it is signed in to when it asks for that. */
export interface Session {
  /** `path` begins with `/v2/`, or is an absolute URL of the registry (the `Location` of an upload). */
  request(scope: Scope, path: string, request: Omit<WebRequest, 'url'>): Promise<WebAnswer>;
  readonly host: string;
}

const TOKEN_BYTES = 64 * 1024;
/** The one registry that answers elsewhere than at its name. */
const DOCKER_HUB = 'registry-1.docker.io';

/** Credentials are sent to the registry by Basic, or to the realm that the registry names; in neither case over plain HTTP unasked. */
export function openSession(host: string, { ask, loginFor, plainHttp }: SessionOptions): Session {
  const base = `${plainHttp ? 'http' : 'https'}://${host === 'docker.io' ? DOCKER_HUB : host}`;
  const authorizations = new Map<string, string>();

  const tokenOf = async (
    challenge: Extract<Challenge, { type: 'bearer' }>,
    scope: Scope,
  ): Promise<string> => {
    const realm = new URL(challenge.realm);
    if (realm.protocol !== 'https:' && !(plainHttp && realm.protocol === 'http:'))
      throw insecureRealm(host, realm);
    const login = await loginFor(host);
    const fields = new URLSearchParams({
      ...(challenge.service === undefined ? {} : { service: challenge.service }),
      ...scopeFields(challenge.scope, scope),
    });
    const answer = await ask(
      login?.type === 'refresh' ? exchange(realm, fields, login) : grant(realm, fields, login),
    );
    return tokenIn(answer, realm.host, host);
  };

  const authorize = async (answer: WebAnswer, scope: Scope): Promise<string | undefined> => {
    const challenge = parseChallenge(answer.headers['www-authenticate']);
    if (challenge?.type === 'bearer') return `Bearer ${await tokenOf(challenge, scope)}`;
    const login = challenge && (await loginFor(host));
    return login?.type === 'password' ? basic(login) : undefined;
  };

  return {
    host,
    async request(scope, path, request) {
      if (!plainHttp && new URL(path, base).protocol !== 'https:') throw insecureUpload(host);
      const key = `${scope.repository}:${scope.actions}`;
      const send = (authorization: string | undefined) =>
        askFollowing(ask, {
          ...request,
          url: new URL(path, base).href,
          headers: { ...request.headers, ...(authorization ? { authorization } : {}) },
        });
      const answer = await send(isOwn(path, base) ? authorizations.get(key) : undefined);
      // Whoever a registry sends a reader to may ask for a password, too: not for that of the registry.
      if (answer.status !== 401 || !isOwn(path, base) || !isOwn(answer.url, base)) return answer;
      const authorization = await authorize(answer, scope);
      if (authorization === undefined) return answer;
      authorizations.set(key, authorization);
      return send(authorization);
    },
  };
}

/** A registry may send an upload elsewhere; what it knows of us does not go there. */
const isOwn = (path: string, base: string): boolean => new URL(path, base).origin === new URL(base).origin;

/** What the registry asks for, else what is wanted; a sign-in alone is for no repository. */
function scopeFields(asked: string | undefined, { repository, actions }: Scope): { scope?: string } {
  const scope = asked ?? (repository === '' ? undefined : `repository:${repository}:${actions}`);
  return scope === undefined ? {} : { scope };
}

const basic = ({ username, password }: { readonly username: string; readonly password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** The token protocol of distribution: GET, anonymous or with a password. */
function grant(realm: URL, fields: URLSearchParams, login: Login | undefined): WebRequest {
  const url = new URL(realm);
  for (const [name, value] of fields) url.searchParams.append(name, value);
  return {
    url: url.href,
    most: TOKEN_BYTES,
    ...(login?.type === 'password' ? { headers: { authorization: basic(login) } } : {}),
  };
}

/** Its OAuth 2 form, for a token that stands for a password. */
const exchange = (
  realm: URL,
  fields: URLSearchParams,
  login: Extract<Login, { type: 'refresh' }>,
): WebRequest => ({
  url: realm.href,
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({
    ...Object.fromEntries(fields),
    grant_type: 'refresh_token',
    client_id: 'pilotage',
    refresh_token: login.token,
  }).toString(),
  most: TOKEN_BYTES,
});

function tokenIn({ status, body }: WebAnswer, realm: string, host: string): string {
  const said: unknown = status === 200 ? parsed(body) : undefined;
  const { token, access_token: access } = (typeof said === 'object' && said !== null ? said : {}) as Record<
    string,
    unknown
  >;
  const found = token ?? access;
  if (typeof found === 'string' && /^[\x21-\x7e]+$/.test(found)) return found;
  throw new ProblemError({
    reason: 'AccessRefused',
    message: `${realm} gives no token for ${host} (${status})`,
    remedy: `Sign in: pilotage chart login ${host}.`,
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

const insecureRealm = (host: string, realm: URL): ProblemError =>
  new ProblemError({
    reason: 'InsecureRealm',
    message: `${host} wants its passwords sent to ${realm.host} without encryption`,
    remedy: 'Nothing was sent. Where that is meant, say so: --plain-http.',
  });

/** What stands behind a proxy for TLS may not know of it. */
const insecureUpload = (host: string): ProblemError =>
  new ProblemError({
    reason: 'InsecureRedirect',
    message: `${host} wants the chart sent to an address without encryption`,
    remedy:
      'Nothing was sent. Its administrator sets the address that it says (X-Forwarded-Proto, or http.host).',
  });
