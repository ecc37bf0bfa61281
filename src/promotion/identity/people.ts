/**
 * What a person may be known by, from the text that they or their commits are named with: two texts that share a key are one person.
 * Names on commits are claims, so the rule errs on the side of taking two texts for one person. After Unicode NFKC,
 * without invisible characters and accents, case-folded, and with runs of blanks, dots, dashes and underscores as one blank:
 *
 * - `Name <mail>` is known by the name, by the address, and by the user of the address;
 * - an address alone by itself and by its user (`bob@example.com` is `bob`);
 * - anything else by itself.
 *
 * A `+tag` of a user is dropped; GitHub's `123+bob@users.noreply.github.com` is `bob`. Empty where nothing is left.
 */
export function identityKeys(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/[\p{Cf}\p{M}]/gu, '')
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim();
  const [, name = '', mail = ''] =
    /^([^<>]*)<([^<>]*)>$/.exec(plain) ?? (plain.includes('@') ? ['', '', plain] : ['', plain]);
  const [user = '', domain = ''] = splitAddress(mail);
  const keys = [fold(name), domain === '' ? '' : `${fold(user)}@${fold(domain)}`, fold(user)];
  return [...new Set(keys)].filter((key) => key !== '');
}

function splitAddress(mail: string): readonly [user: string, domain: string] {
  const at = mail.lastIndexOf('@');
  if (at < 0) return [mail, ''];
  const [user, domain] = [mail.slice(0, at), mail.slice(at + 1)];
  const plus = user.indexOf('+');
  if (plus < 0) return [user, domain];
  const isGitHub = domain.trim().toLowerCase() === 'users.noreply.github.com';
  return [isGitHub ? user.slice(plus + 1) : user.slice(0, plus), domain];
}

/** By way of upper case: `ß` and `SS` are one. */
const fold = (text: string): string =>
  text
    .toUpperCase()
    .toLowerCase()
    .replaceAll(/[\s._-]+/g, ' ')
    .trim();

/** One person: every text that names them, and whether one of the texts is on a commit. */
interface Person {
  readonly keys: readonly string[];
  /** The approvals that are theirs, as they were written. */
  readonly approvals: readonly string[];
  readonly isAuthor: boolean;
}

/** Somebody who approves: a name, and what else an account says that the person is known by. */
export interface Approver {
  readonly by: string;
  readonly aliases?: readonly string[];
}

/** The people behind approvals, each once, and of them those who wrote a part of what they approve. */
export function peopleBehind(
  approvals: readonly (string | Approver)[],
  authors: readonly string[],
): { readonly independent: readonly string[]; readonly own: readonly string[] } {
  const named: readonly Person[] = [
    ...authors.map((text) => ({ keys: identityKeys(text), approvals: [], isAuthor: true })),
    ...approvals.map(personOf),
  ];
  const people = named.reduce<readonly Person[]>(joined, []).filter(({ approvals }) => approvals.length > 0);
  const first = ({ approvals: [text = ''] }: Person) => text;
  return {
    independent: people.filter(({ isAuthor }) => !isAuthor).map(first),
    own: people.filter(({ isAuthor }) => isAuthor).map(first),
  };
}

function personOf(approver: string | Approver): Person {
  const { by, aliases = [] } = typeof approver === 'string' ? { by: approver } : approver;
  return { keys: [by, ...aliases].flatMap(identityKeys), approvals: [by], isAuthor: false };
}

/** A text joins all people who share a key with it into one. */
function joined(people: readonly Person[], one: Person): readonly Person[] {
  if (one.keys.length === 0) return people;
  const keys = new Set(one.keys);
  const same = people.filter((person) => person.keys.some((key) => keys.has(key)));
  if (same.length === 0) return [...people, one];
  const all = [...same, one];
  return [
    ...people.filter((person) => !same.includes(person)),
    {
      keys: [...new Set(all.flatMap((person) => person.keys))],
      approvals: all.flatMap((person) => person.approvals),
      isAuthor: all.some(({ isAuthor }) => isAuthor),
    },
  ];
}
