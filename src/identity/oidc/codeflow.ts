/** The code flow with PKCE, of a browser on the machine of the command line (RFC 8252, RFC 7636, OpenID Connect Core 1.0 §3.1). */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import type { BegunInBrowser } from '../../model/identityfaces.ts';
import { createAttempts, GONE } from './attempts.ts';
import type { Claims } from './claims.ts';
import type { CodeAttempt, Issuer } from './issuer.ts';

export interface CodeFlow {
  /** `redirectUri`: where the provider sends the browser; `party`: the client that asks, who keeps no other client out by however many. */
  begin(redirectUri: string, party: string): Promise<BegunInBrowser>;
  /** Once. `query`: with what the provider has sent the browser there. */
  finish(attempt: string, query: string): Promise<Claims>;
}

const MOST = 10_000;

export function createCodeFlow(issuer: Issuer, clock: Clock): CodeFlow {
  const attempts = createAttempts<CodeAttempt>(clock, MOST);
  return {
    async begin(redirectUri, party) {
      const attempt = { redirectUri, state: random(), nonce: random(), verifier: random() };
      const url = await issuer.authorizationUrl(attempt);
      return { attempt: attempts.add(attempt, party), url };
    },

    async finish(secret, query) {
      const attempt = attempts.take(secret);
      if (!attempt) throw new ProblemError(GONE);
      const callback = new URL(attempt.redirectUri);
      callback.search = query;
      // Somebody else's answer, which a page may have made the browser bring (RFC 6749 §10.12).
      if (callback.searchParams.get('state') !== attempt.state) throw new ProblemError(OTHER_STATE);
      return issuer.redeem(callback, attempt);
    },
  };
}

const random = (): string => randomBytes(32).toString('base64url');

/** Where the command line waits for its browser (RFC 8252 §7.3). @throws ProblemError BadRequest */
export function loopbackUri(port: number): string {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new ProblemError(BAD_PORT);
  return `http://127.0.0.1:${port}/callback`;
}

const BAD_PORT: Problem = {
  reason: 'BadRequest',
  message: 'Bad request: "port" must be one from 1 to 65535.',
};

const OTHER_STATE: Problem = {
  reason: 'Unauthorized',
  message: 'The browser brought the answer to another sign-in.',
  remedy: 'Begin again: pilotage login.',
};
