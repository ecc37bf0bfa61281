import type { PilotageKind } from './kind.ts';
import { list, object, oneOf, optional, string, time } from './shape.ts';

/** What a token may be used for, of what its owner may do. Absent members do not narrow. */
export const tokenScope = {
  deliveries: optional(list(string)),
  environments: optional(list(string)),
  verbs: optional(list(string)),
};

const spec = object({
  owner: string,
  /**
   * `personal` speaks for its owner; `robot` is a program of its owner, which approves nothing; `session` is its owner in a browser, `login` at a
   * command line: these two end with the password.
   */
  type: oneOf(['personal', 'login', 'robot', 'session']),
  description: optional(string),
  /** SHA-256 of the token, in hexadecimal. The token has 256 random bits, so that this needs no salt and leads nowhere. */
  digest: string,
  /** Who made it: one that somebody else made for the owner approves nothing. */
  issuedBy: string,
  ...tokenScope,
  /** Absent: it does not expire. */
  expiresAt: optional(time),
});

const status = object({
  /** To the minute. */
  lastUsed: optional(time),
});

/** A key to this Pilotage. Name: `<owner>.<name>`. The token itself is shown once and stored nowhere. */
export const TOKEN = {
  kind: 'Token',
  plural: 'tokens',
  shortName: 'ptoken',
  spec,
  status,
  columns: [
    ['Owner', '.spec.owner'],
    ['Type', '.spec.type'],
    ['Expires', '.spec.expiresAt', 'string'],
    ['Last Used', '.status.lastUsed', 'date'],
  ],
} as const satisfies PilotageKind;
