import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { openPki } from '../../src/orchestrator/api/auth/pki.ts';
import { until } from '../fakes/until.ts';
import { freePort } from '../orchestrator/network/proxybench.ts';

const PROGRAM = '/usr/sbin/slapd';
const SUFFIX = 'dc=example,dc=com';

/** Passwords of people are `NAME-password`. `sub` is an organisational unit below that of people. */
export interface Someone {
  readonly uid: string;
  readonly cn: string;
  readonly sub?: string;
}

export interface Directory {
  /** `127.0.0.1:PORT` of LDAP and of LDAPS. */
  readonly plain: string;
  readonly secure: string;
  /** PEM. */
  readonly authority: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A real slapd on loopback with a configuration and data of its own; `groups`: names of groups → DNs of their members. */
export async function startSlapd(
  dir: string,
  people: readonly Someone[],
  groups: Readonly<Record<string, readonly string[]>>,
): Promise<Directory> {
  if (!existsSync(PROGRAM)) throw new Error(`there is no ${PROGRAM}: apt-get install slapd`);
  const pki = openPki({ dir, clock: systemClock });
  mkdirSync(join(dir, 'data'));
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const files = {
    ca: write('authority.pem', pki.ca),
    cert: write('slapd.crt', pki.server.cert),
    key: write('slapd.key', pki.server.key),
  };
  const config = write('slapd.conf', configOf(join(dir, 'data'), files));
  const data = write('data.ldif', dataOf(people, groups));
  execFileSync('/usr/sbin/slapadd', ['-f', config, '-l', data]);
  const [plain, secure] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  let child: ChildProcess | undefined;
  const directory: Directory = {
    plain,
    secure,
    authority: pki.ca,
    async start() {
      const args = ['-h', `ldap://${plain} ldaps://${secure}`, '-f', config, '-d', '0'];
      child = spawn(PROGRAM, args, { stdio: 'ignore' });
      await until(() => answers(secure));
    },
    async stop() {
      const ended = child && new Promise((resolve) => child?.once('exit', resolve));
      child?.kill();
      await ended;
      child = undefined;
    },
  };
  await directory.start();
  return directory;
}

export const dnOf = ({ uid, sub }: Pick<Someone, 'uid' | 'sub'>): string =>
  `uid=${uid},${sub ? `ou=${escaped(sub)},` : ''}ou=people,${SUFFIX}`;
export const groupDn = (name: string): string => `cn=${name},ou=groups,${SUFFIX}`;

const escaped = (value: string): string => value.replaceAll(',', String.raw`\,`);

const configOf = (data: string, { ca, cert, key }: Record<'ca' | 'cert' | 'key', string>): string => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile ${ca}
TLSCertificateFile ${cert}
TLSCertificateKeyFile ${key}
allow bind_anon_cred
database mdb
suffix "${SUFFIX}"
directory ${data}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=looker,${SUFFIX}" read by * none
`;

function dataOf(people: readonly Someone[], groups: Readonly<Record<string, readonly string[]>>): string {
  const subs = [...new Set(people.flatMap(({ sub }) => sub ?? []))];
  const units = [['people', ''], ['groups', ''], ...subs.map((sub) => [escaped(sub), 'ou=people,'])];
  const entries = [
    [`dn: ${SUFFIX}`, 'objectClass: domain', 'dc: example'],
    [`dn: cn=looker,${SUFFIX}`, 'objectClass: person', 'cn: looker', 'sn: looker', 'userPassword: to look'],
    ...units.map(([name, above]) => [
      `dn: ou=${name},${above}${SUFFIX}`,
      'objectClass: organizationalUnit',
      `ou: ${name?.replaceAll('\\', '')}`,
    ]),
    ...people.map((one) => [
      `dn: ${dnOf(one)}`,
      'objectClass: inetOrgPerson',
      `uid: ${one.uid}`,
      `cn:: ${Buffer.from(one.cn).toString('base64')}`,
      `sn: ${one.uid}`,
      `mail: ${one.uid}@example.com`,
      `userPassword: ${one.uid}-password`,
    ]),
    ...Object.entries(groups).map(([name, members]) => [
      `dn: ${groupDn(name)}`,
      'objectClass: groupOfNames',
      `cn: ${name}`,
      ...members.map((member) => `member: ${member}`),
    ]),
  ];
  return entries.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false)).unref();
    socket.once('connect', () => socket.destroy());
  });
