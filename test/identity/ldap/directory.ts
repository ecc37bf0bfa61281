import type { Connection, Entry, Query } from '../../../src/identity/ldap/directory.ts';
import type { LdapOptions } from '../../../src/identity/ldap/options.ts';

export const LDAP: LdapOptions = {
  host: 'ldap.example.com',
  port: 636,
  encryption: 'ldaps',
  account: { dn: 'cn=pilotage', password: 'to look' },
  timeoutMs: 10_000,
  users: { base: 'ou=people', filter: '(objectClass=person)', name: 'uid', displayName: 'cn', email: 'mail' },
  groups: {
    base: 'ou=groups',
    filter: '(objectClass=groupOfNames)',
    name: 'cn',
    member: 'member',
    memberIs: 'dn',
    nested: 'no',
  },
};

export const entry = (dn: string, attributes: Readonly<Record<string, readonly string[]>>): Entry => ({
  dn,
  attributes: new Map(Object.entries(attributes).map(([name, values]) => [name.toLowerCase(), values])),
});

/** The filter by which somebody is looked for. */
export const byName = (name: string): string => `(&(objectClass=person)(uid=${name}))`;
/** The filter by which the groups of a member are. */
export const byMember = (...dns: readonly string[]): string => {
  const members = dns.map((dn) => `(member=${dn})`);
  return `(&(objectClass=groupOfNames)${members.length > 1 ? `(|${members.join('')})` : members.join('')})`;
};

/** A directory that finds what a test says under a filter, word for word. */
export class FakeDirectory {
  readonly found: Record<string, readonly Entry[]> = {};
  readonly passwords: Record<string, string> = { 'cn=pilotage': 'to look' };
  /** `bind cn=pilotage`, `search (uid=ada)`, `close` */
  readonly asked: string[] = [];
  /** Absent: it answers. */
  failure: Error | undefined;

  readonly connect = async (): Promise<Connection> => {
    if (this.failure) throw this.failure;
    return {
      bind: async (dn, password) => {
        this.asked.push(`bind ${dn}`);
        return this.passwords[dn] === password;
      },
      search: async (query) => this.#search(query),
      close: () => void this.asked.push('close'),
    };
  };

  #search({ filter, most }: Query): readonly Entry[] | undefined {
    this.asked.push(`search ${filter}`);
    if (this.failure) throw this.failure;
    const entries = this.found[filter] ?? [];
    return entries.length > most ? undefined : entries;
  }

  /** Somebody who can sign in. */
  add(name: string, more: Readonly<Record<string, readonly string[]>> = {}): void {
    const dn = `uid=${name},ou=people`;
    this.found[byName(name)] = [entry(dn, { uid: [name], entryUUID: [`uuid of ${name}`], ...more })];
    this.passwords[dn] = `${name}'s password`;
  }
}
