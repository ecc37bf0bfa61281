/** What the HTTP face says of users, tokens and roles, and the command line prints: one shape for both ends. */

export interface WhoAmI {
  readonly name: string;
  readonly groups: readonly string[];
  /** False: the holder of the daemon's token said so. */
  readonly verified: boolean;
  readonly displayName?: string;
  readonly emails?: readonly string[];
  /** Of a robot. */
  readonly owner?: string;
  readonly grants: readonly GrantReport[];
}

export interface UserReport {
  readonly name: string;
  readonly displayName?: string;
  readonly emails: readonly string[];
  readonly groups: readonly string[];
  readonly disabled: boolean;
  readonly provider: string;
  readonly lastSignIn?: string;
}

export interface TokenReport {
  /** `ada.laptop` */
  readonly name: string;
  readonly owner: string;
  readonly type: 'personal' | 'robot' | 'session';
  readonly description?: string;
  readonly deliveries?: readonly string[];
  readonly environments?: readonly string[];
  readonly verbs?: readonly string[];
  readonly issuedBy: string;
  readonly expiresAt?: string;
  readonly lastUsed?: string;
}

/** The only answer that ever holds the token. */
export interface NewToken extends TokenReport {
  readonly token: string;
}

export interface RoleReport {
  readonly name: string;
  readonly description?: string;
  readonly deliveries: readonly string[];
  readonly environments: readonly string[];
  readonly clusterRole?: string;
  readonly administers: boolean;
}

export interface GrantReport {
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly { readonly kind: 'User' | 'Group'; readonly name: string }[];
  /** Absent: all. */
  readonly deliveries?: readonly string[];
  readonly environments?: readonly string[];
  readonly message?: string;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly reason?: string;
  readonly remedy?: string;
}

/** Where kubectl finds the built-in cluster. */
export interface ClusterAddress {
  readonly server: string;
  /** PEM. */
  readonly ca: string;
}

/** A sign-in of a browser. */
export interface OpenedSession {
  readonly user: string;
  /** Of the cookie. */
  readonly secret: string;
  /** How long it lasts, however much it is used. */
  readonly seconds: number;
}

/** With which the first administrator is made, once. */
export interface BootstrapCode {
  readonly code: string;
  readonly expiresAt: string;
}

export interface LoggedIn {
  readonly user: string;
  readonly token: string;
  readonly expiresAt: string;
}
