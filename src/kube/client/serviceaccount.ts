import type { User } from './client.ts';

export const AUTHENTICATED = 'system:authenticated';

/** A service account as others speak of it, which has not signed in (apiserver `authentication/serviceaccount` MakeUsername, MakeGroupNames). */
export const serviceAccount = (namespace: string, name: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
});

/** The user that a service account is to an API server. */
export function serviceAccountUser(namespace: string, name: string): User {
  const account = serviceAccount(namespace, name);
  return { ...account, groups: [...account.groups, AUTHENTICATED] };
}
