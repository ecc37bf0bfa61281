import { type Problem, ProblemError, problemOf } from '../../base/errors.ts';
import type { User } from '../../model/user.ts';
import { admit, holderOf, type Person } from '../external.ts';
import type { IdentityParts } from '../parts.ts';
import type { PasswordProvider } from '../signin.ts';
import { type Connect, type Connection, type Entry, valuesOf } from './directory.ts';
import { allOf, equals } from './filter.ts';
import { groupNames } from './groups.ts';
import type { LdapOptions, UserSearch } from './options.ts';

export interface LdapProviderOptions extends Pick<IdentityParts, 'home' | 'logger'> {
  readonly options: LdapOptions;
  readonly connect: Connect;
}

/**
 * What names an entry for good (RFC 4530, MS-ADA3 2.43, 389 Directory Server). Its DN does not: it changes with its place, and whoever is entered
 * under it later would have the rights of somebody who is gone.
 */
const IDS = ['entryUUID', 'objectGUID', 'nsUniqueId'];
const idsOf = ({ id }: UserSearch): readonly string[] => (id === undefined ? IDS : [id]);

/** People of a directory: found by an account that may look, proved by a bind as themselves, with the groups that it says they are in. */
export function ldapProvider({ home, logger, options, connect }: LdapProviderOptions): PasswordProvider {
  const { users, groups, account } = options;

  const asked = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      logger.warn({ host: options.host, error: problemOf(error).message }, 'the directory cannot be asked');
      throw new ProblemError(UNAVAILABLE);
    }
  };
  const opened = async (): Promise<Connection> => {
    const connection = await asked(connect());
    return {
      bind: (dn, password) => asked(connection.bind(dn, password)),
      search: (query) => asked(connection.search(query)),
      close: connection.close,
    };
  };

  const bindToLook = async (connection: Connection): Promise<void> => {
    const { dn = '', password = '' } = account ?? {};
    if (await connection.bind(dn, password)) return;
    logger.error(
      { host: options.host, bindDN: dn },
      'the directory refuses the account that looks people up',
    );
    throw new ProblemError(UNAVAILABLE);
  };

  const find = async (connection: Connection, typed: string): Promise<Found | undefined> => {
    const attributes = [users.name, users.displayName, users.email, ...idsOf(users)];
    const filter = allOf(users.filter, equals(users.name, typed));
    const entries = await connection.search({ base: users.base, filter, attributes, most: 1 });
    if (!entries) {
      logger.warn(
        { name: shown(typed) },
        'several people of the directory have this name: none signs in by it',
      );
      return undefined;
    }
    const [entry] = entries;
    const person = entry && personOf(entry, users, typed);
    if (entry && !person)
      logger.warn({ dn: entry.dn, attribute: users.name }, 'an entry of the directory has no name');
    return entry && person && { dn: entry.dn, person };
  };

  /** Before the password goes anywhere: the holder of an account here may have mistyped it. */
  const mayHaveAccount = async (person: Person): Promise<boolean> => {
    const holder = await holderOf(home, 'ldap', person);
    if (holder.type === 'other')
      logger.warn(
        { name: shown(person.name) },
        'somebody of the directory has the name of an account that is not theirs: they do not sign in',
      );
    return holder.type === 'nobody' || (holder.type === 'person' && !holder.account.spec.disabled);
  };

  const attempt = async (
    connection: Connection,
    typed: string,
    password: string,
  ): Promise<User | undefined> => {
    await bindToLook(connection);
    const found = await find(connection, typed);
    if (!found || !(await mayHaveAccount(found.person))) return undefined;
    if (!(await connection.bind(found.dn, password))) return undefined;
    await bindToLook(connection);
    const { name, id } = found.person;
    if (id === '') {
      logger.error(
        { dn: found.dn, attributes: idsOf(users) },
        'the directory does not say who somebody is for good: they do not sign in',
      );
      throw new ProblemError(unidentified(name, idsOf(users)));
    }
    const names = groups ? await groupNames(connection, groups, { dn: found.dn, name }) : [];
    return admit(home, 'ldap', { ...found.person, groups: names });
  };

  return {
    name: 'ldap',
    async signIn(name, password) {
      // A bind with a name and no password succeeds, as nobody (RFC 4513 §5.1.2).
      if (password === '' || name === '') return undefined;
      const connection = await opened();
      try {
        return await attempt(connection, name, password);
      } finally {
        connection.close();
      }
    },
  };
}

interface Found {
  readonly dn: string;
  readonly person: Person;
}

/** Without groups; with an empty id where the directory says none. undefined: the entry has no name. */
function personOf(entry: Entry, users: UserSearch, typed: string): Person | undefined {
  const names = valuesOf(entry, users.name);
  const name = names.find((one) => one.toLowerCase() === typed.toLowerCase()) ?? names[0];
  if (name === undefined) return undefined;
  const id = idsOf(users).flatMap((attribute) => valuesOf(entry, attribute))[0] ?? '';
  const [displayName] = valuesOf(entry, users.displayName);
  const emails = valuesOf(entry, users.email);
  return { id, name, emails, groups: [], ...(displayName === undefined ? {} : { displayName }) };
}

/** Of what a stranger sent. */
const shown = (name: string): string => name.slice(0, 64);

const unidentified = (name: string, attributes: readonly string[]): Problem => ({
  reason: 'Unidentified',
  message: `The directory does not say by what it knows ${shown(name)} for good (${attributes.join(', ')}).`,
  remedy:
    'Let the account that looks people up read it, or name an attribute that nobody else ever gets: users.id in the file of `pilotage up --signin`.',
});

const UNAVAILABLE: Problem = {
  reason: 'Unavailable',
  message: 'The directory that knows the passwords cannot be asked now.',
  remedy:
    'Try again later. Accounts of this Pilotage sign in as always; its log says what is wrong with the directory.',
};
