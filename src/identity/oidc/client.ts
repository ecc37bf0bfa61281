/** OpenID Connect as the package openid-client speaks it. */
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  genericGrantRequest,
  initiateDeviceAuthorization,
  ResponseBodyError,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client';
import type { Clock } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { askOverTls } from '../../base/https.ts';
import type { Logger } from '../../base/log.ts';
import type { Claims } from './claims.ts';
import { type Ask, createDiscovery } from './discovery.ts';
import type { DeviceAnswer, Issuer } from './issuer.ts';
import type { OidcOptions } from './options.ts';

export interface ClientParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ask?: Ask;
}

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8628 §3.2, where the provider does not say. */
const INTERVAL_MS = 5_000;

export function openIdClient(options: OidcOptions, { clock, logger, ask = askOverTls }: ClientParts): Issuer {
  const discovered = createDiscovery(options, clock, ask);

  /** @throws ProblemError */
  async function asking<T>(work: (configuration: Configuration) => Promise<T>): Promise<T> {
    let configuration: Configuration | undefined;
    try {
      configuration = await discovered();
      return await work(configuration);
    } catch (error) {
      logger.warn({ issuer: options.issuer, error: detailOf(error) }, 'a sign-in by OpenID Connect failed');
      throw new ProblemError(configuration ? problemWith(error) : UNAVAILABLE);
    }
  }

  /** With what the provider says at the place for it, where there is one: many keep groups out of their tokens. */
  async function claimsOf(
    configuration: Configuration,
    tokens: TokenEndpointResponse & TokenEndpointResponseHelpers,
  ): Promise<Claims> {
    const claims = tokens.claims();
    if (!claims) throw new Error('the provider sent no ID token');
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    const info = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
    const { email_verified: _, ...rest } = info;
    // What is verified is the address there, and not another one in the token.
    const isAnother = claims.email !== undefined && claims.email !== info.email;
    return { ...(isAnother ? rest : info), ...claims };
  }

  return {
    authorizationUrl: ({ redirectUri, state, nonce, verifier }) =>
      asking(async (configuration) => {
        const url = buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: options.scopes.join(' '),
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
        return url.href;
      }),

    redeem: (callback, { state, nonce, verifier }) =>
      asking(async (configuration) => {
        const tokens = await authorizationCodeGrant(configuration, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        return claimsOf(configuration, tokens);
      }),

    startDevice: () =>
      asking(async (configuration) => {
        const answer = await initiateDeviceAuthorization(configuration, { scope: options.scopes.join(' ') });
        const complete = answer.verification_uri_complete;
        return {
          deviceCode: answer.device_code,
          userCode: answer.user_code,
          verificationUri: answer.verification_uri,
          ...(complete === undefined ? {} : { verificationUriComplete: complete }),
          intervalMs: answer.interval === undefined ? INTERVAL_MS : answer.interval * 1000,
        };
      }),

    pollDevice: (deviceCode) =>
      asking(async (configuration): Promise<DeviceAnswer> => {
        try {
          const tokens = await genericGrantRequest(configuration, DEVICE_CODE, { device_code: deviceCode });
          return { type: 'claims', claims: await claimsOf(configuration, tokens) };
        } catch (error) {
          const type = error instanceof ResponseBodyError ? NOT_YET[error.error] : undefined;
          if (type === undefined) throw error;
          return { type };
        }
      }),
  };
}

/** RFC 8628 §3.5. */
const NOT_YET: Readonly<Record<string, Exclude<DeviceAnswer['type'], 'claims'>>> = {
  authorization_pending: 'pending',
  slow_down: 'slowDown',
  access_denied: 'denied',
  expired_token: 'expired',
};

/** Failures of openid-client that say that the answer is not one to this attempt, or has been tampered with. */
const FOREIGN = new Set([
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_KEY_SELECTION_FAILED',
]);

function problemWith(error: unknown): Problem {
  if (error instanceof AuthorizationResponseError) return denied(error.error);
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant') return FOREIGN_ANSWER;
  if (error instanceof Error && 'code' in error && FOREIGN.has(String(error.code))) return FOREIGN_ANSWER;
  return UNAVAILABLE;
}

const LONGEST_DETAIL = 300;

/** For the log: what failed, and never what was sent or answered, which may hold tokens. */
function detailOf(error: unknown): string {
  const messages: string[] = [];
  for (let at = error; at instanceof Error && messages.length < 5; at = at.cause) {
    messages.push(at.message);
    if (at instanceof ResponseBodyError) messages.push(`${at.error} ${at.error_description ?? ''}`);
  }
  return messages.join(': ').slice(0, LONGEST_DETAIL);
}

const denied = (code: string): Problem => ({
  reason: 'Denied',
  message: `The provider did not sign you in: ${code.replaceAll(/\p{C}/gu, '').slice(0, 100)}.`,
  remedy: 'Begin again where that was a mistake: pilotage login.',
});

const FOREIGN_ANSWER: Problem = {
  reason: 'Unauthorized',
  message: 'What the provider answered does not belong to this sign-in.',
  remedy: 'Begin again: pilotage login. The log of the daemon says what did not fit.',
};

const UNAVAILABLE: Problem = {
  reason: 'Unavailable',
  message: 'The provider that signs people in cannot be asked now.',
  remedy:
    'Try again later. Accounts with a password here sign in as always (pilotage login NAME); the log of the daemon says what is wrong.',
};
