/** Where people are known to a directory, as the file of `pilotage up --signin` says it. */
export interface LdapOptions {
  readonly host: string;
  readonly port: number;
  /** `startTLS`: begun in the clear, and encrypted before anything is said (RFC 4513 §3). */
  readonly encryption: 'ldaps' | 'startTLS' | 'none';
  /** PEM of the only authorities that are trusted; absent: those of this machine. */
  readonly ca?: string;
  /** Who looks people up; absent: nobody in particular (anonymous bind). */
  readonly account?: { readonly dn: string; readonly password: string };
  /** For one sign-in as a whole. */
  readonly timeoutMs: number;
  readonly users: UserSearch;
  /** Absent: nobody has groups. */
  readonly groups?: GroupSearch;
}

export interface UserSearch {
  readonly base: string;
  /** In the form of RFC 4515. */
  readonly filter: string;
  /** Attributes. */
  readonly name: string;
  readonly displayName: string;
  readonly email: string;
  /** What names a person for good, where it is none of those that directories have of their own. */
  readonly id?: string;
}

export interface GroupSearch {
  readonly base: string;
  readonly filter: string;
  /** Attributes. */
  readonly name: string;
  readonly member: string;
  /** What stands in `member`: names of entries, or names of people (`memberUid` of RFC 2307). */
  readonly memberIs: 'dn' | 'name';
  /** Whether members of members count: `search` asks level by level, `chain` lets Active Directory do it at once. */
  readonly nested: 'no' | 'search' | 'chain';
}
