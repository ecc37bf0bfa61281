/** The file of `pilotage up --signin`: who signs people in, besides the passwords that are kept here. */
import { readFileSync } from 'node:fs';
import { type Problem, ProblemError, problemOf, unwrap } from '../base/errors.ts';
import { map, unread } from '../model/grammar.ts';
import { complain, openText } from '../model/reader.ts';
import { readLdap } from './ldap/file.ts';
import type { LdapOptions } from './ldap/options.ts';
import { readerBeside } from './namedfile.ts';

export interface SignInOptions {
  readonly ldap?: LdapOptions;
}

const FILE = map({ ldap: unread({ type: 'object' }) });

/** With the secrets and authorities of the files that it names. @throws ProblemError that says every problem, with its line */
export function readSignInFile(path: string): SignInOptions {
  const root = unwrap(openText(textOf(path), path));
  const { ldap } = FILE.open(root);
  if (ldap.at === undefined) complain(root, 'MissingField', 'names nobody who signs people in: ldap');
  const options: SignInOptions = { ...(ldap.at ? { ldap: readLdap(ldap.at, readerBeside(path)) } : {}) };
  const [first, ...others] = root.report.problems;
  if (first) unwrap({ ok: false, problems: [first, ...others] });
  return options;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ProblemError(unreadable(path, problemOf(error).message));
  }
}

const unreadable = (path: string, why: string): Problem => ({
  reason: 'UnreadableFile',
  message: `${path}: ${why}`,
  remedy: 'Name the file that says who signs people in: pilotage up --signin FILE.',
});
