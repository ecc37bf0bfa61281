/** Accounts of people for whom somebody else vouches: a directory, an OpenID Connect provider. */
import { type Problem, ProblemError, problemOf } from '../base/errors.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { updateObject } from '../kube/client/update.ts';
import { deepEqual } from '../kube/values/equal.ts';
import type { OUTSIDE_PROVIDERS } from '../model/kinds/user.ts';
import { PILOTAGE_NAMESPACE, USERS, type UserObject } from '../model/types.ts';
import type { User } from '../model/user.ts';
import { accountName } from './accountname.ts';
import { createUser, findUser, type UserSpec, userOf } from './users.ts';

export type OutsideProvider = (typeof OUTSIDE_PROVIDERS)[number];

/** Somebody as a provider describes them, in its own words. */
export interface Person {
  /** By what the provider knows the person for good. */
  readonly id: string;
  readonly name: string;
  readonly displayName?: string;
  readonly emails: readonly string[];
  readonly groups: readonly string[];
}

/** An object of the API holds them. */
export const MOST_GROUPS = 1_000;
const LONGEST_GROUP = 256;
const LONGEST_NAME = 40;
const MOST_EMAILS = 10;
const LONGEST_EMAIL = 254;
const LONGEST_DISPLAY_NAME = 256;

/** What turns the text around it, or is not seen at all (Unicode: controls, marks of format, surrogates, unassigned). */
const INVISIBLE = /\p{C}/gu;

/** Behind the name of the provider, so that none of them is a group of this Pilotage; those of the cluster are left out all the same. */
export function groupsOf(provider: OutsideProvider, groups: readonly string[]): readonly string[] {
  const named = groups
    .filter((group) => !/^system:/i.test(group) && group.trim() !== '' && group.search(INVISIBLE) < 0)
    .map((group) => `${provider}:${group}`)
    .filter((group) => group.length <= LONGEST_GROUP);
  return [...new Set(named)].sort();
}

/** Who has the name of a person here. `other`: somebody else, who was first. */
export type Holder =
  | { readonly type: 'nobody' }
  | { readonly type: 'person'; readonly account: UserObject }
  | { readonly type: 'other' };

export async function holderOf(
  home: KubeClient,
  provider: OutsideProvider,
  { id, name }: Pick<Person, 'id' | 'name'>,
): Promise<Holder> {
  const account = await findUser(home, accountName(name));
  if (!account) return { type: 'nobody' };
  const isSame = account.spec.provider === provider && account.spec.externalId === id;
  return isSame ? { type: 'person', account } : { type: 'other' };
}

/**
 * Whom a provider has vouched for, with an account that says what it says now: made at the first sign-in, brought up to date at each.
 * @throws ProblemError NameTaken; NameUnusable; Unauthorized where the account is disabled here
 */
export async function admit(home: KubeClient, provider: OutsideProvider, person: Person): Promise<User> {
  const name = accountName(person.name);
  const spec = specOf(provider, person);
  const holder = await holderOf(home, provider, person);
  if (holder.type === 'other') throw new ProblemError(taken(provider, name));
  if (holder.type === 'nobody') {
    const created = await make(home, name, spec);
    // Somebody of that name came in at the same time: whoever it was is there now.
    return created ? userOf(created) : admit(home, provider, person);
  }
  if (holder.account.spec.disabled) throw new ProblemError(disabled(name));
  const change = (current: UserObject): UserObject | undefined => {
    const { disabled } = current.spec;
    const next = { ...spec, ...(disabled === undefined ? {} : { disabled }) };
    return deepEqual(current.spec, next) ? undefined : { ...current, spec: next };
  };
  const key = { namespace: PILOTAGE_NAMESPACE, name };
  return userOf(await updateObject({ client: home, resource: USERS, key, known: holder.account, change }));
}

async function make(home: KubeClient, name: string, spec: UserSpec): Promise<UserObject | undefined> {
  if (name === '' || name.length > LONGEST_NAME) throw new ProblemError(unusable(name));
  try {
    return await createUser(home, name, spec);
  } catch (error) {
    const { reason } = problemOf(error);
    if (reason === 'AlreadyExists') return undefined;
    throw reason === 'BadRequest' ? new ProblemError(unusable(name)) : error;
  }
}

function specOf(provider: OutsideProvider, person: Person): UserSpec {
  const groups = groupsOf(provider, person.groups);
  if (groups.length > MOST_GROUPS) throw new ProblemError(tooManyGroups(person.name));
  const displayName = person.displayName?.replaceAll(INVISIBLE, '').trim().slice(0, LONGEST_DISPLAY_NAME);
  const emails = person.emails.filter(isEmail).slice(0, MOST_EMAILS);
  return {
    provider,
    externalId: person.id,
    ...(displayName ? { displayName } : {}),
    ...(emails.length > 0 ? { emails } : {}),
    ...(groups.length > 0 ? { groups } : {}),
  };
}

const isEmail = (text: string): boolean =>
  text.length <= LONGEST_EMAIL && /^[^\s@]+@[^\s@]+$/.test(text) && text.search(INVISIBLE) < 0;

const taken = (provider: OutsideProvider, name: string): Problem => ({
  reason: 'NameTaken',
  message: `The name ${name} is that of another account: who was first keeps it, and ${provider} vouches for somebody else.`,
  remedy: `An administrator looks who that is, and removes the account where it is nobody’s any more: pilotage user list, pilotage user delete ${name}`,
});

const disabled = (name: string): Problem => ({
  reason: 'Unauthorized',
  message: `The account ${name} is disabled here.`,
  remedy: `An administrator can let it in again: pilotage user enable ${name}`,
});

const unusable = (name: string): Problem => ({
  reason: 'NameUnusable',
  message: `"${name.slice(0, 60)}" cannot be the name of an account: 1 to ${LONGEST_NAME} lower-case letters, digits and -, and none of Pilotage’s own.`,
  remedy: 'Choose another attribute or claim for names in the file of `pilotage up --signin`.',
});

const tooManyGroups = (name: string): Problem => ({
  reason: 'TooManyGroups',
  message: `${name.slice(0, 60)} is in more than ${MOST_GROUPS} groups.`,
  remedy: 'Narrow the groups that are looked for in the file of `pilotage up --signin`.',
});
