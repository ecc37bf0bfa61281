import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import {
  BOOTSTRAP_NAMESPACE,
  BOOTSTRAP_TYPE,
  BOOTSTRAPPERS,
  parseBootstrapToken,
  secretName,
} from '../../../kube/client/bootstraptoken.ts';
import type { Secret } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { TokenAnswer, TokenAuthenticator } from './authenticator.ts';

export interface BootstrapTokenOptions {
  /** The Secret of that name as it is now. */
  readonly secret: (name: string, namespace: string) => KubeObject | undefined;
  readonly clock: Clock;
}

/**
 * Bearers of bootstrap tokens: `system:bootstrap:<id>`, for as long as the Secret of the token is there and says so (Kubernetes
 * `plugin/pkg/auth/authenticator/token/bootstrap/bootstrap.go`).
 */
export function bootstrapAuthenticator({ secret, clock }: BootstrapTokenOptions): TokenAuthenticator {
  return (text) => {
    const token = parseBootstrapToken(text);
    if (!token) return undefined;
    const name = secretName(token.id);
    const found = secret(name, BOOTSTRAP_NAMESPACE) as Secret | undefined;
    return found ? judge(found, token, clock.now()) : refused(`there is no Secret "${name}"`);
  };
}

const refused = (reason: string): TokenAnswer => ({
  type: 'refused',
  reason: `bootstrap token: ${reason}`,
});

function judge(
  { type, metadata, data = {} }: Secret,
  { id, secret }: { readonly id: string; readonly secret: string },
  now: number,
): TokenAnswer {
  const read = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  if (metadata.deletionTimestamp !== undefined) return refused(`Secret "${metadata.name}" is being deleted`);
  if (type !== BOOTSTRAP_TYPE || read('token-id') !== id)
    return refused(`Secret "${metadata.name}" is not of type ${BOOTSTRAP_TYPE} for this token`);
  if (read('token-secret') === '' || !isSame(read('token-secret'), secret))
    return refused('its secret is wrong');
  const expiration = read('expiration');
  // What cannot be read counts as over.
  if (expiration !== '' && !(Date.parse(expiration) > now)) return refused(`it has expired at ${expiration}`);
  if (read('usage-bootstrap-authentication') !== 'true') return refused('it is not for authentication');
  const groups = read('auth-extra-groups').split(',').filter(Boolean);
  const strange = groups.find((group) => !/^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/.test(group));
  if (strange !== undefined) return refused(`"${strange}" is no group that a token may give`);
  const user = { name: `system:bootstrap:${id}`, groups: [BOOTSTRAPPERS, ...groups] };
  return { type: 'user', user };
}

/** Digests instead of texts: the time taken says nothing about what is close. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b));
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
