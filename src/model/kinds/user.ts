import type { PilotageKind } from './kind.ts';
import { boolean, list, object, optional, string, textLike, time } from './shape.ts';

/** Who may vouch for a name besides a password here. The groups that one brings stand behind its name: `ldap:ops`. */
export const OUTSIDE_PROVIDERS = ['ldap', 'oidc'] as const;

/** Groups of the cluster itself (`system:masters`) are not given to people by an object that an administrator of deliveries may write. */
const groupName = textLike(
  `^([A-Za-z0-9][A-Za-z0-9 ._@/=,-]*|(${OUTSIDE_PROVIDERS.join('|')}):[^\\x00-\\x1f\\x7f]+)$`,
  256,
);

const spec = object({
  displayName: optional(string),
  /** Commits by these addresses are this person's. */
  emails: optional(list(string)),
  groups: optional(list(groupName)),
  /** Signs in no more; neither do the user's tokens. */
  disabled: optional(boolean),
  /** Who vouches for the name: `local` (a password here) or one of OUTSIDE_PROVIDERS, which renews the account at each sign-in. */
  provider: optional(string),
  /** By what that provider knows the person for good: the name may be another's later. */
  externalId: optional(string),
});

const status = object({
  lastSignIn: optional(time),
});

/**
 * Somebody with a name, in PILOTAGE_NAMESPACE. The hash of a local password is not here, because whoever administers users may read this:
 * it is in the Secret `pilotage-password-NAME`, which no role of Pilotage opens.
 */
export const USER = {
  kind: 'User',
  plural: 'users',
  shortName: 'puser',
  spec,
  status,
  columns: [
    ['Display Name', '.spec.displayName'],
    ['Groups', '.spec.groups'],
    ['Disabled', '.spec.disabled', 'boolean'],
    ['Last Sign-In', '.status.lastSignIn', 'date'],
  ],
} as const satisfies PilotageKind;
