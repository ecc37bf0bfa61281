/** Users and their passwords, as objects of the home cluster. */
import { type Problem, ProblemError } from '../base/errors.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { updateObject } from '../kube/client/update.ts';
import type { Secret } from '../kube/kinds/objects.data.ts';
import { SECRETS } from '../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import { PILOTAGE_API_VERSION, PILOTAGE_NAMESPACE, USERS, type UserObject } from '../model/types.ts';
import { TOKEN_HOLDER, type User } from '../model/user.ts';
import type { IdentityParts } from './parts.ts';
import { hashPassword, LONGEST_PASSWORD, SHORTEST_PASSWORD } from './passwords.ts';
import { foundOr, keyOf, newOr } from './records.ts';

export type UserSpec = UserObject['spec'];

/** As objects are named, without dots, which part a token's name: 40 characters leave room for it. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;
const RESERVED: readonly string[] = [TOKEN_HOLDER.name, 'git', 'pilotage'];

const passwordSecret = (name: string): string => `pilotage-password-${name}`;

export const findUser = async (home: KubeClient, name: string): Promise<UserObject | undefined> =>
  NAME.test(name) ? home.get(USERS, keyOf(name)).catch(notFoundAsUndefined) : undefined;

export const listUsers = async (home: KubeClient): Promise<readonly UserObject[]> =>
  (await home.list(USERS, { namespace: PILOTAGE_NAMESPACE })).items;

/** @throws ProblemError BadRequest for a name that cannot be one, AlreadyExists */
export async function createUser(home: KubeClient, name: string, spec: UserSpec): Promise<UserObject> {
  if (!NAME.test(name) || RESERVED.includes(name)) throw new ProblemError(badName(name));
  const object: UserObject = {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'User',
    metadata: { name, namespace: PILOTAGE_NAMESPACE },
    spec,
  };
  return newOr(taken(name), home.create<UserObject>(USERS, object));
}

/** @throws ProblemError NotFound */
export function changeUser(home: KubeClient, name: string, change: Partial<UserSpec>): Promise<UserObject> {
  return foundOr(
    unknownUser(name),
    updateObject({
      client: home,
      resource: USERS,
      key: keyOf(name),
      change: (current) => ({ ...current, spec: { ...current.spec, ...change } }),
    }),
  );
}

/** With the password. Tokens of a user who is gone are refused; `tokens.ts` removes them. @throws ProblemError NotFound */
export async function deleteUser(home: KubeClient, name: string): Promise<void> {
  await foundOr(unknownUser(name), home.delete(USERS, keyOf(name)));
  await home.delete(SECRETS, keyOf(passwordSecret(name))).catch(notFoundAsUndefined);
}

/** @throws ProblemError BadRequest for a password that is too short or too long */
export async function setPassword(
  { home, passwordCost }: Pick<IdentityParts, 'home' | 'passwordCost'>,
  name: string,
  password: string,
): Promise<void> {
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD) throw new ProblemError(BAD_PASSWORD);
  const hash = Buffer.from(await hashPassword(password, passwordCost)).toString('base64');
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: passwordSecret(name), namespace: PILOTAGE_NAMESPACE },
    type: 'pilotage.dev/password',
    data: { hash },
  };
  await home.apply(SECRETS, secret, { fieldManager: 'pilotage-identity', force: true });
}

/** undefined: the user has no password here. */
export async function passwordHash(home: KubeClient, name: string): Promise<string | undefined> {
  if (!NAME.test(name)) return undefined;
  const secret = await home.get(SECRETS, keyOf(passwordSecret(name))).catch(notFoundAsUndefined);
  const hash = secret?.data?.hash;
  return hash === undefined ? undefined : Buffer.from(hash, 'base64').toString('utf8');
}

/** Whether the password of the account is kept here. */
export const isLocal = ({ spec }: UserObject): boolean => (spec.provider ?? 'local') === 'local';

/** Who a request of this account is from. */
export function userOf({ metadata, spec }: UserObject): User {
  const { name = '' } = metadata;
  const { displayName, emails = [], groups = [] } = spec;
  const aliases = [...(displayName ? [displayName] : []), ...emails];
  return { name, groups, verified: true, ...(aliases.length > 0 ? { aliases } : {}) };
}

export const unknownUser = (name: string): Problem => ({
  reason: 'NotFound',
  message: `There is no user ${name}.`,
  remedy: 'pilotage user list',
});

const badName = (name: string): Problem => ({
  reason: 'BadRequest',
  message: RESERVED.includes(name)
    ? `The name ${name} is Pilotage’s own.`
    : `"${name.slice(0, 60)}" is not a user name: lower-case letters, digits and -, at most 40.`,
});

const taken = (name: string): Problem => ({
  reason: 'AlreadyExists',
  message: `There is a user ${name} already.`,
  remedy: `pilotage user list, or: pilotage user password ${name}`,
});

const BAD_PASSWORD: Problem = {
  reason: 'BadRequest',
  message: `A password has ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`,
};
