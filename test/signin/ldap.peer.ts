import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Pilotage } from '../e2e/harness.ts';
import { type Directory, dnOf, groupDn, type Someone, startSlapd } from './slapd.ts';

const PEOPLE: readonly Someone[] = [
  { uid: 'ada', cn: 'Ada Lovelace' },
  { uid: 'zoe', cn: 'Zoë (Müller), *Ärztin*', sub: 'lab, 2' },
  { uid: 'eve', cn: 'Eve' },
  { uid: 'root', cn: 'Somebody else' },
  { uid: 'twin', cn: 'One', sub: 'a' },
  { uid: 'twin', cn: 'Other', sub: 'b' },
];

/** `pilotage login` by a real OpenLDAP: `dev` is in `staff`, which is in `dev` as well. */
describe('sign-in by a real directory', function () {
  this.timeout(90_000);
  let dir: string;
  let directory: Directory;
  let pilotage: Pilotage;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-slapd-'));
    directory = await startSlapd(dir, PEOPLE, {
      dev: [dnOf({ uid: 'ada' }), dnOf({ uid: 'zoe', sub: 'lab, 2' }), groupDn('staff')],
      staff: [groupDn('dev')],
      'system:masters': [dnOf({ uid: 'ada' })],
    });
    await writeFile(join(dir, 'password'), 'to look\n');
    await writeSignIn(`url: ldap://${directory.plain}`, 'startTLS: true');
    pilotage = await Pilotage.start([], undefined, undefined, ['--signin', join(dir, 'signin.yaml')]);
  });
  after(async () => {
    await pilotage?.stop();
    await directory?.stop();
    if (dir) await rm(dir, { recursive: true, force: true });
  });

  const writeSignIn = (...address: readonly string[]) =>
    writeFile(
      join(dir, 'signin.yaml'),
      [
        'ldap:',
        ...[
          ...address,
          'caFile: authority.pem',
          'bindDN: cn=looker,dc=example,dc=com',
          'passwordFile: password',
          'timeout: 3s',
          'users: {base: "ou=people,dc=example,dc=com", filter: (objectClass=inetOrgPerson)}',
          'groups: {base: "ou=groups,dc=example,dc=com", filter: (objectClass=groupOfNames), nested: search}',
        ].map((line) => `  ${line}`),
      ].join('\n'),
    );
  const again = async (...address: readonly string[]): Promise<void> => {
    await writeSignIn(...address);
    await pilotage.crash();
    await pilotage.up('--signin', join(dir, 'signin.yaml'));
  };
  const login = (name: string, password = `${name}-password`) =>
    pilotage.cliWith(`${password}\n`, 'login', name);
  const whoami = () => pilotage.json<{ name: string; groups: string[] }>('whoami');

  it('lets people in by StartTLS, with the groups that they are in and those that these are in', async () => {
    expect((await login('ada')).stderr).to.equal('');
    expect(await whoami()).to.deep.include({ name: 'ada', groups: ['ldap:dev', 'ldap:staff'] });
    expect((await login('zoe')).code).to.equal(0);
    expect(await whoami()).to.deep.include({
      name: 'zoe',
      displayName: 'Zoë (Müller), *Ärztin*',
      groups: ['ldap:dev', 'ldap:staff'],
    });
  });

  it('gives roles by those groups, and none by a group of the same name here', async () => {
    await login('ada');
    expect((await pilotage.cli('can', 'push', 'shop')).code).to.equal(1);
    await pilotage.cli('logout');
    expect((await pilotage.cli('role', 'grant', 'developer', '--group', 'staff')).code).to.equal(0);
    await login('ada');
    expect((await pilotage.cli('can', 'push', 'shop')).code).to.equal(1);
    await pilotage.cli('logout');
    await pilotage.cli('role', 'grant', 'developer', '--group', 'ldap:staff');
    await login('ada');
    expect((await pilotage.cli('can', 'push', 'shop')).stdout).to.contain('yes');
    await pilotage.cli('logout');
  });

  it('refuses a wrong password, none, a name that several have, and one that would widen the search', async () => {
    for (const [name, password] of [
      ['ada', 'wrong'],
      ['ada', ''],
      ['twin', 'twin-password'],
      ['*)(uid=*', 'ada-password'],
      ['a*', 'ada-password'],
    ] as const)
      expect((await login(name, password)).code, name).to.equal(1);
  });

  it('keeps the name of a local account for who has it', async () => {
    expect((await pilotage.cliWith('correct horse battery\n', 'user', 'create', 'root')).code).to.equal(0);
    expect((await login('root')).code).to.equal(1);
    expect((await login('root', 'correct horse battery')).code).to.equal(0);
    await pilotage.cli('logout');
  });

  it('keeps out whom an administrator has disabled', async () => {
    expect((await login('eve')).code).to.equal(0);
    await pilotage.cli('logout');
    await pilotage.cli('user', 'disable', 'eve');
    expect((await login('eve')).stderr).to.contain('disabled');
  });

  it('lets people in by LDAPS, and not by a directory with a certificate of somebody else', async () => {
    await again(`url: ldaps://${directory.secure}`);
    expect((await login('ada')).code).to.equal(0);
    await pilotage.cli('logout');
    await writeFile(join(dir, 'authority.pem'), await readFile('/etc/ssl/certs/ca-certificates.crt'));
    for (const address of [`ldaps://${directory.secure}`, `ldap://${directory.plain}`]) {
      await again(`url: ${address}`, ...(address.startsWith('ldaps') ? [] : ['startTLS: true']));
      expect((await login('ada')).stderr).to.contain('cannot be asked');
    }
    await writeFile(join(dir, 'authority.pem'), directory.authority);
    await again(`url: ldaps://${directory.secure}`);
  });

  it('lets local accounts in while the directory is down, and its people again when it is back', async () => {
    await directory.stop();
    expect((await login('ada')).stderr).to.contain('cannot be asked');
    expect((await login('root', 'correct horse battery')).code).to.equal(0);
    await pilotage.cli('logout');
    await directory.start();
    expect((await login('ada')).code).to.equal(0);
    expect(pilotage.log.join('\n')).not.to.contain('ada-password').and.not.to.contain('to look');
  });
});
