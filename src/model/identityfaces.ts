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
  readonly type: 'personal' | 'login' | 'robot' | 'session';
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

/** The answer to a password that was set. */
export interface PasswordSet {
  readonly message: string;
  /** Sessions of browsers and tokens of `pilotage login`, which have ended with the password of before. */
  readonly endedSignIns: number;
  /** Names of the other tokens of the account: they stay. */
  readonly tokens: readonly string[];
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

/** How somebody can sign in; what is not among passwords needs a browser. */
export interface SignInWays {
  readonly ways: readonly ('password' | 'oidc')[];
}

/** A sign-in with a browser on the same machine. `attempt` is a secret: who has it goes on, and nobody else. */
export interface BegunInBrowser {
  readonly attempt: string;
  /** Where the browser goes. Its answer comes to the port that was said, with the same `state`. */
  readonly url: string;
}

/** A sign-in with a browser anywhere, by a code that is typed there. */
export interface BegunOnDevice {
  readonly attempt: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** With the code in it. */
  readonly verificationUriComplete?: string;
  /** After which asking makes sense. */
  readonly seconds: number;
}

/** What has become of it. */
export type OnDevice =
  | { readonly type: 'waiting'; readonly seconds: number }
  | { readonly type: 'signedIn'; readonly as: LoggedIn };

export interface LoggedIn {
  readonly user: string;
  readonly token: string;
  readonly expiresAt: string;
}
