/** Who signs people in besides the passwords that are kept here. Packages are loaded only by those who have such a one. */

import { ldapProvider } from '../identity/ldap/provider.ts';
import { createOidcSignIn } from '../identity/oidc/signin.ts';
import type { IdentityParts } from '../identity/parts.ts';
import type { PasswordProvider } from '../identity/signin.ts';
import type { SignInOptions } from '../identity/signinfile.ts';
import type { BrowserSignIn } from '../server/signinroutes.ts';

export interface OutsideSignIn {
  readonly passwords: readonly PasswordProvider[];
  readonly browser?: BrowserSignIn;
}

export async function composeSignIn(
  parts: IdentityParts,
  { ldap, oidc }: SignInOptions,
): Promise<OutsideSignIn> {
  return {
    passwords: ldap ? [await directoryOf(parts, ldap)] : [],
    ...(oidc ? { browser: await browserOf(parts, oidc) } : {}),
  };
}

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
