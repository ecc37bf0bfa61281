import type { IncomingHttpHeaders } from 'node:http';
import { equalSecrets } from '../base/equalsecrets.ts';
import { ProblemError } from '../base/errors.ts';
import { actingAs, mayActAs, TOKEN_HOLDER, type User } from '../model/user.ts';

/** The user name of Basic authentication that names nobody: git needs one, and the printed URLs have this one. */
const NOBODY = 'git';

/** Names are recorded and shown: this is far beyond any that a person has. */
const LONGEST_NAME = 256;

/**
 * The user of a request, or undefined when its token is not ours: `Authorization: Bearer TOKEN`, or `Basic` with the token as the
 * password (git and curl send that). The holder of the token may act under another name: the user name of Basic, or the header
 * `Pilotage-User`, percent-encoded. @throws ProblemError Forbidden, BadRequest
 */
export function userOf(headers: IncomingHttpHeaders, token: string): User | undefined {
  const credentials = credentialsOf(headers.authorization);
  if (credentials === undefined || !equalSecrets(credentials.token, token)) return undefined;
  const name = claimedName(headers['pilotage-user']) ?? basicName(credentials.name);
  return name === undefined ? TOKEN_HOLDER : actAs(TOKEN_HOLDER, name);
}

/** Who bears a token of an account; undefined: nobody (any more). */
export type KnowToken = (token: string) => Promise<User | undefined>;

/** The user of a request; undefined: nothing in it proves one. @throws ProblemError Forbidden, BadRequest */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<User | undefined>;

/** The holder of the daemon's own token, or the bearer of one of an account: who has an account cannot act under another name. */
export const authenticator =
  (token: string, knowToken: KnowToken): Authenticate =>
  async (headers) => {
    const holder = userOf(headers, token);
    if (holder) return holder;
    const credentials = credentialsOf(headers.authorization);
    const user = credentials && (await knowToken(credentials.token));
    if (!user) return undefined;
    const name = claimedName(headers['pilotage-user']) ?? basicName(credentials.name);
    assertOwnName(user, name);
    return user;
  };

function assertOwnName(user: User, name: string | undefined): void {
  const own = [user.name, user.owner ?? user.name];
  if (name !== undefined && !own.includes(name)) throw new ProblemError(forbidden(user, name));
}

/** The bearer of a session. @throws ProblemError Forbidden where the request claims to be of somebody else */
export function bearerOf(headers: IncomingHttpHeaders, user: User): User {
  assertOwnName(user, claimedName(headers['pilotage-user']));
  return user;
}

/** `user` under another name, for the record; rights stay as they are. @throws ProblemError Forbidden, BadRequest */
export function actAs(user: User, name: string): User {
  if (!mayActAs(user)) throw new ProblemError(forbidden(user, name));
  return actingAs(user, checkedName(name));
}

function credentialsOf(header: string | undefined): { token: string; name?: string } | undefined {
  const [scheme = '', credentials = ''] = (header ?? '').split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer') return { token: credentials };
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { token: decoded.slice(colon + 1), name: decoded.slice(0, colon) };
}

const basicName = (name: string | undefined): string | undefined =>
  name === undefined || name === '' || name === NOBODY ? undefined : name;

function claimedName(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  try {
    return decodeURIComponent(String(header));
  } catch {
    throw badName('is not percent-encoded text');
  }
}

/** What no reader sees: blanks, marks of direction, joiners. */
const INVISIBLE = /[\p{Z}\p{Cf}\p{M}]/gu;
/** They change the order in which a terminal shows what stands around them (Unicode UAX #9, embeddings, overrides, isolates). */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/u;

function checkedName(name: string): string {
  if (name.replaceAll(INVISIBLE, '').trim() === '') throw badName('names nobody');
  if (DIRECTION.test(name)) throw badName('holds marks that change the direction of text');
  if (name.length > LONGEST_NAME) throw badName(`is longer than ${LONGEST_NAME} characters`);
  if (/\p{Cc}/u.test(name)) throw badName('holds control characters');
  return name.trim();
}

const badName = (what: string): ProblemError =>
  new ProblemError({
    reason: 'BadRequest',
    message: `The user name of the request ${what}.`,
    remedy: 'Name a person: PILOTAGE_USER, or the header Pilotage-User.',
  });

const forbidden = (user: User, name: string) => ({
  reason: 'Forbidden',
  message: `${user.name} may not act as ${name}: only an administrator may act under another name.`,
});
