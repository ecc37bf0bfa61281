/** What is asked of a directory. The only implementation that speaks LDAP is `connection.ts`. */
export interface Entry {
  readonly dn: string;
  /** By names in lower case; values in the order of the directory, those that are no text in hexadecimal. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

export interface Query {
  readonly base: string;
  /** In the form of RFC 4515. */
  readonly filter: string;
  readonly attributes: readonly string[];
  readonly most: number;
}

/** For one sign-in. Whatever it rejects with, the directory could not be asked. */
export interface Connection {
  /** False: the password is another. Two empty texts: as nobody in particular. */
  bind(dn: string, password: string): Promise<boolean>;
  /** In the whole tree below the base; undefined: there are more than `most`. */
  search(query: Query): Promise<readonly Entry[] | undefined>;
  close(): void;
}

export type Connect = () => Promise<Connection>;

export const valuesOf = ({ attributes }: Entry, name: string): readonly string[] =>
  attributes.get(name.toLowerCase()) ?? [];
