/** The part `ldap` of the file of `pilotage up --signin`. */
import { isLoopback } from '../../base/authority.ts';
import { choice, duration, flag, map, text, unread } from '../../model/grammar.ts';
import { type Cursor, complain } from '../../model/reader.ts';
import type { ReadNamed } from '../namedfile.ts';
import { isFilter } from './filter.ts';
import type { GroupSearch, LdapOptions, UserSearch } from './options.ts';

const TIMEOUT_MS = 10_000;
const PORTS = { 'ldap:': 389, 'ldaps:': 636 };

const LDAP = map(
  {
    url: text,
    startTLS: flag(false),
    insecure: flag(false),
    caFile: text,
    bindDN: text,
    passwordFile: text,
    timeout: duration,
    users: unread({ type: 'object' }),
    groups: unread({ type: 'object' }),
  },
  { url: 'ldaps://ldap.example.com', users: 'Say where people are: users.base.' },
);

const USERS = map(
  { base: text, filter: text, name: text, displayName: text, email: text, id: text },
  { base: '' },
);

const GROUPS = map(
  {
    base: text,
    filter: text,
    name: text,
    member: text,
    memberIs: choice('dn', 'name'),
    nested: choice('no', 'search', 'chain'),
  },
  { base: '' },
);

/** Complains at its lines; what it returns is of use where there was no complaint. */
export function readLdap(at: Cursor, read: ReadNamed): LdapOptions | undefined {
  const fields = LDAP.open(at);
  const address = readAddress(
    fields.url.at,
    fields.startTLS.read() === true,
    fields.insecure.read() === true,
  );
  if (!LDAP.isComplete(at, fields) || !address) return undefined;
  const [dn, ca] = [fields.bindDN.read(), read(fields.caFile.at)];
  const password = read(fields.passwordFile.at)?.replace(/\r?\n$/, '');
  if ((fields.bindDN.at === undefined) !== (fields.passwordFile.at === undefined))
    return complain(at, 'MissingField', 'bindDN and passwordFile belong together');
  if (password === '' && fields.passwordFile.at)
    return complain(fields.passwordFile.at, 'WrongValue', 'the file is empty');
  const users = readUsers(fields.users.at);
  const groups = readGroups(fields.groups.at);
  return (
    users && {
      ...address,
      timeoutMs: fields.timeout.read() ?? TIMEOUT_MS,
      users,
      ...(ca === undefined ? {} : { ca }),
      ...(dn === undefined || password === undefined ? {} : { account: { dn, password } }),
      ...(groups ? { groups } : {}),
    }
  );
}

function readAddress(
  at: Cursor | undefined,
  startTLS: boolean,
  insecure: boolean,
): Pick<LdapOptions, 'host' | 'port' | 'encryption'> | undefined {
  const written = text.read(at);
  if (written === undefined || at === undefined) return undefined;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const { protocol = '', pathname = '', search = '', username = '' } = url ?? {};
  if (!url || (protocol !== 'ldap:' && protocol !== 'ldaps:') || !['', '/'].includes(pathname + search))
    return complain(at, 'WrongValue', `"${written}" is no URL such as ldaps://ldap.example.com`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '' || username !== '') return complain(at, 'WrongValue', 'has no host, or more than that');
  const port = url.port === '' ? PORTS[protocol] : Number(url.port);
  if (protocol === 'ldaps:') {
    if (startTLS)
      return complain(at, 'WrongValue', 'is with TLS from the beginning: startTLS is for ldap://');
    return { host, port, encryption: 'ldaps' };
  }
  if (startTLS) return { host, port, encryption: 'startTLS' };
  if (!insecure && !isLoopback(host))
    return complain(
      at,
      'InsecureAddress',
      'would send passwords over the network without TLS',
      'Use ldaps://, or startTLS: true. On a network that you trust: insecure: true.',
    );
  return { host, port, encryption: 'none' };
}

function readUsers(at: Cursor | undefined): UserSearch | undefined {
  const fields = USERS.open(at);
  if (at === undefined || !USERS.isComplete(at, fields)) return undefined;
  const base = fields.base.read();
  const filter = readFilter(fields.filter.at, '(objectClass=person)');
  const name = readAttribute(fields.name.at, 'uid');
  const displayName = readAttribute(fields.displayName.at, 'cn');
  const email = readAttribute(fields.email.at, 'mail');
  const id = fields.id.at && readAttribute(fields.id.at, '');
  if (!base || !filter || !name || !displayName || !email) return undefined;
  return { base, filter, name, displayName, email, ...(id ? { id } : {}) };
}

function readGroups(at: Cursor | undefined): GroupSearch | undefined {
  const fields = GROUPS.open(at);
  if (at === undefined || !GROUPS.isComplete(at, fields)) return undefined;
  const base = fields.base.read();
  const memberIs = fields.memberIs.read() ?? 'dn';
  const nested = fields.nested.read() ?? 'no';
  const filter = readFilter(fields.filter.at, '(objectClass=*)');
  const name = readAttribute(fields.name.at, 'cn');
  const member = readAttribute(fields.member.at, 'member');
  if (memberIs === 'name' && nested !== 'no')
    return complain(at, 'WrongValue', 'groups whose members are names of people have no groups in them');
  if (!base || !filter || !name || !member) return undefined;
  return { base, filter, name, member, memberIs, nested };
}

/** They are written into filters as they are. */
function readAttribute(at: Cursor | undefined, otherwise: string): string | undefined {
  if (at === undefined) return otherwise;
  const name = text.read(at);
  if (name === undefined || /^[a-z][a-z0-9-]*$/i.test(name)) return name;
  return complain(at, 'WrongValue', `"${name}" is not the name of an attribute`);
}

function readFilter(at: Cursor | undefined, otherwise: string): string | undefined {
  if (at === undefined) return otherwise;
  const filter = text.read(at);
  if (filter === undefined || isFilter(filter)) return filter;
  return complain(at, 'WrongValue', `"${filter}" is not a filter such as (objectClass=person)`);
}
