/** The file of `pilotage up --signin`: who signs people in, besides the passwords that are kept here. */
import { readFileSync } from 'node:fs';
import { type Problem, ProblemError, problemOf, unwrap } from '../base/errors.ts';
import { map, unread } from '../model/grammar.ts';
import { complain, openText } from '../model/reader.ts';
import { readLdap } from './ldap/file.ts';
import type { LdapOptions } from './ldap/options.ts';
import { readerBeside } from './namedfile.ts';
import { readOidc } from './oidc/file.ts';
import type { OidcOptions } from './oidc/options.ts';

export interface SignInOptions {
  readonly ldap?: LdapOptions;
  readonly oidc?: OidcOptions;
}

const FILE = map({ ldap: unread({ type: 'object' }), oidc: unread({ type: 'object' }) });

/** With the secrets and authorities of the files that it names. @throws ProblemError that says every problem, with its line */
export function readSignInFile(path: string): SignInOptions {
  const root = unwrap(openText(textOf(path), path));
  const fields = FILE.open(root);
  const read = readerBeside(path);
  const ldap = fields.ldap.at && readLdap(fields.ldap.at, read);
  const oidc = fields.oidc.at && readOidc(fields.oidc.at, read);
  if (!fields.ldap.at && !fields.oidc.at)
    complain(root, 'MissingField', 'names nobody who signs people in: ldap, oidc');
  const [first, ...others] = root.report.problems;
  if (first) unwrap({ ok: false, problems: [first, ...others] });
  return { ...(ldap ? { ldap } : {}), ...(oidc ? { oidc } : {}) };
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
