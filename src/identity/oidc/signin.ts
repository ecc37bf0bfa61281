import { problemOf } from '../../base/errors.ts';
import type {
  BegunInBrowser,
  BegunOnDevice,
  LoggedIn,
  OnDevice,
  OpenedSession,
} from '../../model/identityfaces.ts';
import type { User } from '../../model/user.ts';
import { admit } from '../external.ts';
import { loginToken } from '../logintoken.ts';
import type { IdentityParts } from '../parts.ts';
import { openSession } from '../sessions.ts';
import { recordSignIn } from '../signin.ts';
import { type Claims, personOf } from './claims.ts';
import { createCodeFlow, loopbackUri } from './codeflow.ts';
import { createDeviceFlow } from './deviceflow.ts';
import type { Issuer } from './issuer.ts';
import type { OidcOptions } from './options.ts';

/** People of an OpenID Connect provider, by either flow. Every rejection is a ProblemError. */
export interface OidcSignIn {
  /** `party`: the client that asks, here and of a device. */
  begin(port: number, party: string): Promise<BegunInBrowser>;
  finish(attempt: string, query: string): Promise<LoggedIn>;
  beginDevice(party: string): Promise<BegunOnDevice>;
  pollDevice(attempt: string): Promise<OnDevice>;
  /** The host of the provider. */
  readonly provider: string;
  /** `callback`: where the provider sends the browser; it gets a session in place of a token. */
  beginPage(callback: string, party: string): Promise<BegunInBrowser>;
  finishPage(attempt: string, query: string): Promise<OpenedSession>;
}

export function createOidcSignIn(
  parts: Pick<IdentityParts, 'home' | 'clock' | 'logger'>,
  options: OidcOptions,
  issuer: Issuer,
): OidcSignIn {
  const { home, clock, logger } = parts;
  const code = createCodeFlow(issuer, clock);
  // Apart: what a browser began here gives no token to a command line.
  const pages = createCodeFlow(issuer, clock);
  const device = createDeviceFlow(issuer, clock);

  const enter = async (claims: Claims): Promise<User> => {
    const user = await admit(home, 'oidc', personOf(claims, options));
    await recordSignIn(parts, user.name).catch((error: unknown) =>
      logger.debug({ user: user.name, problem: problemOf(error) }, 'cannot record a sign-in'),
    );
    return user;
  };

  return {
    begin: async (port, party) => code.begin(loopbackUri(port), party),
    finish: async (attempt, query) => loginToken(parts, await enter(await code.finish(attempt, query))),
    beginDevice: device.begin,
    async pollDevice(attempt) {
      const answer = await device.poll(attempt);
      if (answer.type !== 'claims') return answer;
      return { type: 'signedIn', as: await loginToken(parts, await enter(answer.claims)) };
    },
    provider: new URL(options.issuer).host,
    beginPage: (callback, party) => pages.begin(options.callback ?? callback, party),
    finishPage: async (attempt, query) => openSession(parts, await enter(await pages.finish(attempt, query))),
  };
}
