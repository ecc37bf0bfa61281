import type { User } from './client.ts';

/** The user that a service account is to an API server (apiserver `authentication/serviceaccount` MakeUsername, MakeGroupNames). */
export const serviceAccountUser = (namespace: string, name: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});
