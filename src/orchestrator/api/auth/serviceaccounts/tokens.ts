import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../../base/clock.ts';
import type { User } from '../../../../kube/client/client.ts';
import { serviceAccount } from '../../../../kube/client/serviceaccount.ts';
import type { JsonObject } from '../../../../kube/values/types.ts';
import type { TokenIssuer, TokenSubject } from '../../tokenissuer.ts';
import type { TokenAnswer, TokenAuthenticator } from '../authenticator.ts';
import { audiencesOf, isSignedBy, readJwt, signJwt } from '../jwt.ts';
import { claimsFor, judgeClaims, type Lookup } from './claims.ts';
import { keySet, type SigningKeys } from './keys.ts';

/** As kubeadm sets it (`--service-account-issuer`). It is a name: nobody has to reach it. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export interface ServiceAccountTokens {
  readonly issuer: TokenIssuer;
  readonly authenticate: TokenAuthenticator;
  /** `/openid/v1/jwks` */
  readonly keySet: JsonObject;
}

export function createServiceAccountTokens(options: {
  readonly keys: SigningKeys;
  readonly lookup: Lookup;
  readonly clock: Clock;
}): ServiceAccountTokens {
  const { keys, lookup, clock } = options;
  return {
    keySet: keySet(keys),
    issuer: {
      audiences: [ISSUER],
      issue(subject, audiences, seconds) {
        const now = clock.now();
        const claims = claimsFor({ issuer: ISSUER, subject, audiences, seconds, now, id: randomUUID() });
        return signJwt(claims, keys.signing);
      },
    },
    authenticate: (token) => answerTo(token, keys, lookup, clock.now()),
  };
}

/** Tokens of other issuers are others' business. */
function answerTo(
  token: string,
  { verifying }: SigningKeys,
  lookup: Lookup,
  now: number,
): TokenAnswer | undefined {
  const jwt = readJwt(token);
  if (jwt?.claims.iss !== ISSUER) return undefined;
  const { kid } = jwt.header;
  const key = typeof kid === 'string' ? verifying.get(kid) : undefined;
  if (!key) return { type: 'refused', reason: 'no key of this server has signed the service account token' };
  if (!isSignedBy(jwt, key))
    return { type: 'refused', reason: 'the signature of the service account token is wrong' };
  const judgement = judgeClaims(jwt.claims, now, lookup);
  if (!judgement.valid) return { type: 'refused', reason: judgement.reason };
  const { jti } = jwt.claims;
  const user = userOf(judgement.subject, typeof jti === 'string' ? jti : undefined);
  return { type: 'user', user, audiences: audiencesOf(jwt.claims) };
}

const EXTRA = 'authentication.kubernetes.io';

/** apiserver `pkg/authentication/serviceaccount/util.go` UserInfo. */
function userOf({ namespace, account, pod, node }: TokenSubject, id: string | undefined): User {
  const extra = {
    [`${EXTRA}/credential-id`]: id === undefined ? undefined : `JTI=${id}`,
    [`${EXTRA}/node-name`]: node?.name,
    [`${EXTRA}/node-uid`]: node?.uid,
    [`${EXTRA}/pod-name`]: pod?.name,
    [`${EXTRA}/pod-uid`]: pod?.uid,
  };
  const known = Object.entries(extra).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, [value]] as const],
  );
  return {
    ...serviceAccount(namespace, account.name),
    uid: account.uid,
    extra: Object.fromEntries(known),
  };
}
