import type { PilotageKind } from './kind.ts';
import { boolean, list, object, optional, string, textLike, time } from './shape.ts';

/** Groups of the cluster itself (`system:masters`) are not given to people by an object that an administrator of deliveries may write. */
const groupName = textLike('^[A-Za-z0-9][A-Za-z0-9 ._@/=,-]*$', 256);

const spec = object({
  displayName: optional(string),
  /** Commits by these addresses are this person's. */
  emails: optional(list(string)),
  groups: optional(list(groupName)),
  /** Signs in no more; neither do the user's tokens. */
  disabled: optional(boolean),
  /** Who vouches for the name: `local` (a password here), or the name of another way to sign in. */
  provider: optional(string),
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
