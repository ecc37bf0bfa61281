import { problemOf } from '../../base/errors.ts';
import type { BegunInBrowser, BegunOnDevice, LoggedIn, OnDevice } from '../../model/identityfaces.ts';
import { admit } from '../external.ts';
import { loginToken } from '../logintoken.ts';
import type { IdentityParts } from '../parts.ts';
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
}

export function createOidcSignIn(
  parts: Pick<IdentityParts, 'home' | 'clock' | 'logger'>,
  options: OidcOptions,
  issuer: Issuer,
): OidcSignIn {
  const { home, clock, logger } = parts;
  const code = createCodeFlow(issuer, clock);
  const device = createDeviceFlow(issuer, clock);

  const enter = async (claims: Claims): Promise<LoggedIn> => {
    const user = await admit(home, 'oidc', personOf(claims, options));
    await recordSignIn(parts, user.name).catch((error: unknown) =>
      logger.debug({ user: user.name, problem: problemOf(error) }, 'cannot record a sign-in'),
    );
    return loginToken(parts, user);
  };

  return {
    begin: async (port, party) => code.begin(loopbackUri(port), party),
    finish: async (attempt, query) => enter(await code.finish(attempt, query)),
    beginDevice: device.begin,
    async pollDevice(attempt) {
      const answer = await device.poll(attempt);
      return answer.type === 'claims' ? { type: 'signedIn', as: await enter(answer.claims) } : answer;
    },
  };
}
