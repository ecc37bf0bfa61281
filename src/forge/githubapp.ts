import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import type { Ask, WebAnswer } from '../charts/web/ask.ts';
import { fieldsOf } from './fields.ts';
import { limitedUntil, refusal } from './refusal.ts';

/** Whom GitHub knows: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app */
export interface GithubApp {
  /** Number of the app, or its client id. */
  readonly appId: string;
  /** Number of its installation in the account that owns the repository. */
  readonly installationId: string;
  /** PEM, PKCS#1 as GitHub hands it out, or PKCS#8. */
  readonly privateKey: string;
}

export interface AppToken {
  readonly token: string;
  /** Wall time, ms. */
  readonly expires: number;
}

export interface AppTokensOptions {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly app: GithubApp;
  /** `https://api.github.com`, or `https://HOST/api/v3`. */
  readonly api: string;
}

/** A token that ends within this is not handed out any more: a fetch may take a while. */
const LEFT_MS = 5 * 60_000;
/** GitHub's clock may be behind ours; ten minutes is the longest life that it takes. */
const SKEW_S = 60;
const LIFE_S = 9 * 60;

/**
 * Tokens of an installation: they open what it was given, for an hour. One is kept until shortly before its end, and callers who come
 * meanwhile wait for the same request. The function throws ProblemError, and what failed is asked again at the next call.
 */
export function createAppTokens({ ask, clock, app, api }: AppTokensOptions): () => Promise<AppToken> {
  const key = keyOf(app.privateKey);
  let kept: AppToken | undefined;
  let asking: Promise<AppToken> | undefined;
  const url = `${api}/app/installations/${encodeURIComponent(app.installationId)}/access_tokens`;

  async function request(): Promise<AppToken> {
    const answer = await ask({
      url,
      method: 'POST',
      headers: {
        authorization: `Bearer ${appJwt(app.appId, key, clock.now())}`,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        'user-agent': 'pilotage',
      },
      most: 64 * 1024,
    });
    if (answer.status !== 201) throw refused(answer, clock.now(), { url, app });
    const fields = fieldsOf(JSON.parse(answer.body.toString('utf8')));
    const expires = Date.parse(fields.text('expires_at'));
    if (Number.isNaN(expires))
      throw new ProblemError({
        reason: 'UnexpectedAnswer',
        message: `${api} says no time at which a token ends`,
      });
    return { token: fields.text('token'), expires };
  }

  return async () => {
    if (kept && kept.expires - LEFT_MS > clock.now()) return kept;
    asking ??= request().finally(() => {
      asking = undefined;
    });
    kept = await asking;
    return kept;
  };
}

/** RS256 (RFC 7518 3.3) over who the app is; `now` in ms. */
export function appJwt(appId: string, key: KeyObject, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = { iat: seconds - SKEW_S, exp: seconds + LIFE_S, iss: appId };
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @throws ProblemError InvalidKey */
export function keyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // What OpenSSL says of it would quote nothing that helps.
  }
  throw new ProblemError({
    reason: 'InvalidKey',
    message: 'The private key of the GitHub App is no RSA key in PEM',
    remedy:
      'Download one at the settings of the app ("Private keys"): pilotage connect DELIVERY --github-app-key-file FILE',
  });
}

function refused(
  answer: WebAnswer,
  now: number,
  { url, app }: { readonly url: string; readonly app: GithubApp },
): ProblemError {
  const at = `the installation ${app.installationId} of the app ${app.appId}`;
  const until = limitedUntil(answer, now);
  if (answer.status === 404)
    return new ProblemError({
      reason: 'NotInstalled',
      message: `GitHub knows no ${at.replace('the ', '')}`,
      remedy: 'Look at the address of the installation: https://github.com/settings/installations/NUMBER',
    });
  const problem = refusal(answer, { method: 'POST', url, at, name: 'GitHub' }, until);
  return new ProblemError(
    answer.status === 401
      ? {
          ...problem,
          remedy: 'Its key was revoked, or the clock of this machine is wrong by a minute or more.',
        }
      : problem,
  );
}
