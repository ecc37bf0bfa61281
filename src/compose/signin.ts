/** Who signs people in besides the passwords that are kept here. Packages are loaded only by those who have such a one. */

import { formatProblem, type Problem } from '../base/errors.ts';
import type { Lifetime } from '../base/lifetime.ts';
import { reread } from '../base/reread.ts';
import { ldapProvider } from '../identity/ldap/provider.ts';
import { createOidcSignIn } from '../identity/oidc/signin.ts';
import type { IdentityParts } from '../identity/parts.ts';
import type { PasswordProvider } from '../identity/signin.ts';
import { readSignInFile, type SignInOptions } from '../identity/signinfile.ts';
import { deepEqual } from '../kube/values/equal.ts';
import type { BrowserSignIn } from '../server/signinroutes.ts';

/** The file of `pilotage up --signin`, and what it said at the start. */
export interface SignInFile {
  readonly path: string;
  readonly options: SignInOptions;
}

/** As the file says it now. */
export interface OutsideSignIn {
  readonly passwords: readonly PasswordProvider[];
  browser(): BrowserSignIn | undefined;
  /** Why the file of before is still in force; undefined: it is what is there. */
  problem(): Problem | undefined;
}

interface InForce {
  readonly options: SignInOptions;
  readonly directory?: PasswordProvider;
  readonly browser?: BrowserSignIn;
}

/** Reads the file again each minute; what cannot be used leaves in force what was read before, which `problem` and the log say. */
export async function composeSignIn(
  { lifetime, ...parts }: IdentityParts & { readonly lifetime: Pick<Lifetime, 'add'> },
  file: SignInFile | undefined,
): Promise<OutsideSignIn> {
  if (!file) return { passwords: [], browser: () => undefined, problem: () => undefined };
  const { path } = file;
  const { clock, logger } = parts;
  let inForce = await composed(parts, file.options, { options: {} });
  const reading = reread(file.options, {
    read: async () => readSignInFile(path),
    isSame: deepEqual,
    async take(next) {
      inForce = await composed(parts, next, inForce);
      logger.info({ path }, 'the file of sign-ins has changed, and is in force');
    },
    refused: (problem) =>
      logger.warn({ path, problem: formatProblem(problem) }, 'the file of sign-ins stays in force as it was'),
    clock,
  });
  lifetime.add('file of sign-ins', reading.stop);
  return {
    passwords: [{ name: 'ldap', signIn: async (...typed) => inForce.directory?.signIn(...typed) }],
    browser: () => inForce.browser,
    problem: () => stale(path, reading.problem()),
  };
}

/** What has not changed goes on as it is: sign-ins that have begun at the provider too. */
async function composed(parts: IdentityParts, options: SignInOptions, before: InForce): Promise<InForce> {
  const { ldap, oidc } = options;
  const directory = deepEqual(ldap, before.options.ldap)
    ? before.directory
    : ldap && (await directoryOf(parts, ldap));
  const browser = deepEqual(oidc, before.options.oidc)
    ? before.browser
    : oidc && (await browserOf(parts, oidc));
  return { options, ...(directory ? { directory } : {}), ...(browser ? { browser } : {}) };
}

const stale = (path: string, problem: Problem | undefined): Problem | undefined =>
  problem && {
    reason: problem.reason,
    message: `${path} has changed, and cannot be used: people sign in as it was before.`,
    remedy: 'Mend it: it is read again each minute.',
    details: formatProblem(problem).split('\n'),
  };

async function directoryOf(
  { home, clock, logger }: IdentityParts,
  options: NonNullable<SignInOptions['ldap']>,
): Promise<PasswordProvider> {
  const { ldapConnect } = await import('../identity/ldap/connection.ts');
  return ldapProvider({ home, logger, options, connect: ldapConnect(options, clock) });
}

async function browserOf(
  parts: IdentityParts,
  options: NonNullable<SignInOptions['oidc']>,
): Promise<BrowserSignIn> {
  const { openIdClient } = await import('../identity/oidc/client.ts');
  return createOidcSignIn(parts, options, openIdClient(options, parts));
}
