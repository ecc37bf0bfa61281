/** The groups that somebody is in, by the directory. */
import { type Problem, ProblemError } from '../../base/errors.ts';
import { MOST_GROUPS } from '../external.ts';
import { type Connection, type Entry, valuesOf } from './directory.ts';
import { allOf, anyOf, equals } from './filter.ts';
import type { GroupSearch } from './options.ts';

/** LDAP_MATCHING_RULE_IN_CHAIN of Active Directory (MS-ADTS 3.1.1.3.4.4.3): also what the groups are members of, at any depth. */
const IN_CHAIN = '1.2.840.113556.1.4.1941';
/** So deep are groups of groups looked for, one search each. */
const MOST_LEVELS = 10;
/** So many groups are asked about in one search. */
const AT_ONCE = 50;

/** Their names. Groups that are members of each other are found once. @throws ProblemError TooManyGroups */
export async function groupNames(
  connection: Connection,
  search: GroupSearch,
  person: { readonly dn: string; readonly name: string },
): Promise<readonly string[]> {
  const direct = await groupsWith(connection, search, [search.memberIs === 'dn' ? person.dn : person.name]);
  const found = new Map(direct.map((entry) => [keyOf(entry), entry]));
  let fresh: readonly Entry[] = search.nested === 'search' ? direct : [];
  for (let level = 1; level < MOST_LEVELS && fresh.length > 0; level++) {
    const above = await groupsWith(
      connection,
      search,
      fresh.map(({ dn }) => dn),
    );
    fresh = above.filter((entry) => !found.has(keyOf(entry)));
    for (const entry of fresh) found.set(keyOf(entry), entry);
    if (found.size > MOST_GROUPS) throw new ProblemError(TOO_MANY);
  }
  return [...found.values()].flatMap((entry) => valuesOf(entry, search.name).slice(0, 1));
}

async function groupsWith(
  connection: Connection,
  { base, filter, name, member, nested }: GroupSearch,
  members: readonly string[],
): Promise<readonly Entry[]> {
  const attribute = nested === 'chain' ? `${member}:${IN_CHAIN}:` : member;
  const all: Entry[] = [];
  for (let from = 0; from < members.length; from += AT_ONCE) {
    const asked = members.slice(from, from + AT_ONCE).map((one) => equals(attribute, one));
    const query = { base, filter: allOf(filter, anyOf(asked)), attributes: [name], most: MOST_GROUPS };
    const entries = await connection.search(query);
    if (!entries) throw new ProblemError(TOO_MANY);
    all.push(...entries);
  }
  return all;
}

const keyOf = ({ dn }: Entry): string => dn.toLowerCase();

const TOO_MANY: Problem = {
  reason: 'TooManyGroups',
  message: `The directory knows more than ${MOST_GROUPS} groups of this person.`,
  remedy: 'Narrow groups.filter or groups.base in the file of `pilotage up --signin`.',
};
