/** Personal and robot tokens: made, known, revoked. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Clock, rfc3339 } from '../base/clock.ts';
import { type Problem, ProblemError } from '../base/errors.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { updateObject } from '../kube/client/update.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import { PILOTAGE_API_VERSION, PILOTAGE_NAMESPACE, TOKENS, type Token } from '../model/types.ts';
import type { Scope, User } from '../model/user.ts';
import type { IdentityParts } from './parts.ts';
import { foundOr, keyOf, newOr } from './records.ts';
import { findUser, userOf } from './users.ts';

/**
 * `plt_<owner>.<name>_<43 characters>`: the beginning lets scanners of source code find one that was committed. `pls_` is what a browser has in
 * its cookie: neither is taken for the other. Strangers send what they like: no part of it can be matched in two ways, so that the time grows
 * with the length alone.
 */
const TOKEN = /^pl[ts]_([-a-z0-9]{1,40}\.[-a-z0-9]{1,40})_[A-Za-z0-9_-]{43}$/;
const PREFIXES = { personal: 'plt', login: 'plt', robot: 'plt', session: 'pls' } as const;
type Prefix = (typeof PREFIXES)[keyof typeof PREFIXES];
/** So long nobody may have used a session: a browser that was left open overnight asks again. */
const IDLE_MS = 12 * 3_600_000;
const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;
const USED_EVERY_MS = 60_000;

export interface TokenRequest extends Scope {
  readonly owner: string;
  readonly name: string;
  readonly type: keyof typeof PREFIXES;
  readonly description?: string;
  /** Milliseconds since the epoch; absent: it does not expire. */
  readonly expiresAt?: number;
}

/** The token is in the answer and nowhere else. @throws ProblemError BadRequest, NotFound, AlreadyExists */
export async function createToken(
  { home, clock }: Pick<IdentityParts, 'home' | 'clock'>,
  request: TokenRequest,
  issuedBy: string,
): Promise<{ readonly token: string; readonly object: Token }> {
  const { owner, name, type, description, expiresAt, deliveries, environments, verbs } = request;
  if (!NAME.test(name)) throw new ProblemError(badName(name));
  if (expiresAt !== undefined && expiresAt <= clock.now()) throw new ProblemError(PAST);
  if (!(await findUser(home, owner))) throw new ProblemError(noOwner(owner));
  const id = `${owner}.${name}`;
  const token = `${PREFIXES[type]}_${id}_${randomBytes(32).toString('base64url')}`;
  const object: Token = {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'Token',
    metadata: { name: id, namespace: PILOTAGE_NAMESPACE },
    spec: {
      owner,
      type,
      digest: digestOf(token).toString('hex'),
      issuedBy,
      ...(description ? { description } : {}),
      ...(deliveries ? { deliveries } : {}),
      ...(environments ? { environments } : {}),
      ...(verbs ? { verbs } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt: rfc3339(expiresAt) }),
    },
  };
  return { token, object: await newOr(taken(id), home.create<Token>(TOKENS, object)) };
}

export async function listTokens(home: KubeClient, owner?: string): Promise<readonly Token[]> {
  const { items } = await home.list(TOKENS, { namespace: PILOTAGE_NAMESPACE });
  return owner === undefined ? items : items.filter(({ spec }) => spec.owner === owner);
}

/** @throws ProblemError NotFound */
export async function revokeToken(home: KubeClient, id: string): Promise<void> {
  await foundOr(unknownToken(id), home.delete(TOKENS, keyOf(id)));
}

export async function findToken(home: KubeClient, id: string): Promise<Token | undefined> {
  return home.get(TOKENS, keyOf(id)).catch(notFoundAsUndefined);
}

/** Who bears a token; undefined where it is revoked, expired or nobody's, or its owner is disabled or gone. */
export type KnowToken = (text: string) => Promise<User | undefined>;

/** What programs and the command line bear. */
export const tokenAuthenticator = (parts: IdentityParts): KnowToken => authenticator(parts, 'plt');

/** What browsers bear. */
export const sessionAuthenticator = (parts: IdentityParts): KnowToken => authenticator(parts, 'pls');

/** The same, of what has been asked before: a page that is left open is no use of its session. */
export const sessionObserver = (parts: IdentityParts): KnowToken => authenticator(parts, 'pls', false);

/** Read from the store each time: what was revoked or disabled counts no more from the next request on. */
function authenticator({ home, clock, logger }: IdentityParts, prefix: Prefix, isUse = true): KnowToken {
  return async (text) => {
    const id = text.startsWith(prefix) ? TOKEN.exec(text)?.[1] : undefined;
    if (id === undefined) return undefined;
    const object = await findToken(home, id);
    // As much is compared where no token has this name.
    const isIt = timingSafeEqual(digestOf(text), Buffer.from(object?.spec.digest ?? NO_DIGEST, 'hex'));
    if (!object || !isIt || isOver(object, clock.now())) return undefined;
    const owner = await findUser(home, object.spec.owner);
    if (!owner || owner.spec.disabled) return undefined;
    if (isUse)
      recordUse(home, clock, object).catch((error: unknown) =>
        logger.debug({ token: id, error: String(error) }, 'cannot record the use of a token'),
      );
    return bearerOf(object, userOf(owner));
  };
}

/** A robot has a name of its own, and the rights of its owner. */
export function bearerOf({ metadata, spec }: Token, owner: User): User {
  const { type, deliveries, environments, verbs, issuedBy } = spec;
  const narrows = deliveries ?? environments ?? verbs;
  const scope: Scope = {
    ...(deliveries ? { deliveries } : {}),
    ...(environments ? { environments } : {}),
    ...(verbs ? { verbs } : {}),
  };
  const robot = type === 'robot' ? { name: `robot:${metadata.name}`, owner: owner.name } : {};
  const delegated = type === 'robot' || issuedBy !== owner.name;
  const token = metadata.name === undefined ? {} : { token: metadata.name };
  return { ...owner, ...robot, ...token, ...(narrows ? { scope } : {}), ...(delegated ? { delegated } : {}) };
}

/** Removes the tokens of a user that have expired: each sign-in leaves one. */
export async function dropExpired(
  { home, clock }: Pick<IdentityParts, 'home' | 'clock'>,
  owner: string,
): Promise<void> {
  for (const token of await listTokens(home, owner)) {
    if (isOver(token, clock.now()))
      await home.delete(TOKENS, keyOf(token.metadata.name ?? '')).catch(notFoundAsUndefined);
  }
}

const isOver = ({ metadata, spec, status }: Token, now: number): boolean => {
  if (spec.expiresAt !== undefined && Date.parse(spec.expiresAt) <= now) return true;
  const seen = status?.lastUsed ?? metadata.creationTimestamp;
  return spec.type === 'session' && Date.parse(seen ?? '') + IDLE_MS <= now;
};

async function recordUse(home: KubeClient, clock: Clock, token: Token): Promise<void> {
  const before = token.status?.lastUsed;
  if (before !== undefined && clock.now() - Date.parse(before) < USED_EVERY_MS) return;
  await updateObject({
    client: home,
    resource: TOKENS,
    key: keyOf(token.metadata.name ?? ''),
    known: token,
    change: (current) => ({ ...current, status: { ...current.status, lastUsed: rfc3339(clock.now()) } }),
    subresource: 'status',
  });
}

/** For a token that nobody names: `login-0f3a9c2b1d`. */
export const freshName = (what: string): string => `${what}-${randomBytes(5).toString('hex')}`;

/** What is kept of a secret that nobody can guess: 32 bytes. */
export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
const NO_DIGEST = '0'.repeat(64);

const badName = (name: string): Problem => ({
  reason: 'BadRequest',
  message: `"${name.slice(0, 60)}" is not a name of a token: lower-case letters, digits and -, at most 40.`,
});

const PAST: Problem = { reason: 'BadRequest', message: 'The token would have expired already.' };

const noOwner = (owner: string): Problem => ({
  reason: 'NotFound',
  message: `There is no user ${owner} whom the token could be for.`,
  remedy: `An account comes first: pilotage user create ${owner}`,
});

const taken = (id: string): Problem => ({
  reason: 'AlreadyExists',
  message: `There is a token ${id} already.`,
  remedy: `Choose another name, or revoke it: pilotage token revoke ${id}`,
});

export const unknownToken = (id: string): Problem => ({
  reason: 'NotFound',
  message: `There is no token ${id}.`,
  remedy: 'pilotage token list',
});
