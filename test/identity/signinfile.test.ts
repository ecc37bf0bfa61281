import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatProblem, problemOf } from '../../src/base/errors.ts';
import { readSignInFile, type SignInOptions } from '../../src/identity/signinfile.ts';

const USERS = 'users: {base: "ou=people,dc=example,dc=com"}';

describe('identity: the file that says who signs people in', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-signin-'));
    await writeFile(join(dir, 'password'), 'to look\n');
    await writeFile(join(dir, 'ca.crt'), 'PEM');
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const read = async (text: string): Promise<SignInOptions> => {
    await writeFile(join(dir, 'signin.yaml'), text);
    return readSignInFile(join(dir, 'signin.yaml'));
  };
  const complaint = (text: string): Promise<string> =>
    read(text).then(
      () => 'none',
      (error: unknown) => formatProblem(problemOf(error)).replaceAll(`${dir}/`, ''),
    );
  const ldap = (...lines: readonly string[]) => ['ldap:', ...lines.map((line) => `  ${line}`)].join('\n');

  it('has a directory with what most of them need as defaults', async () => {
    expect(await read(ldap('url: ldaps://ldap.example.com', USERS))).to.deep.equal({
      ldap: {
        host: 'ldap.example.com',
        port: 636,
        encryption: 'ldaps',
        timeoutMs: 10_000,
        users: {
          base: 'ou=people,dc=example,dc=com',
          filter: '(objectClass=person)',
          name: 'uid',
          displayName: 'cn',
          email: 'mail',
        },
      },
    });
  });

  it('names the attribute by which the directory knows people for good, where it is one of its own', async () => {
    const users = 'users: {base: ou=people, id: employeeNumber}';
    expect((await read(ldap('url: ldaps://ldap.example.com', users))).ldap?.users.id).to.equal(
      'employeeNumber',
    );
    const wrong = ldap('url: ldaps://ldap.example.com', 'users: {base: ou=people, id: "a)(b"}');
    expect(await complaint(wrong))
      .to.contain('signin.yaml:3')
      .and.contain('is not the name of an attribute');
  });

  it('has the secrets and the authority in files beside it', async () => {
    const options = await read(
      ldap(
        'url: ldap://[fd00::1]:1389',
        'startTLS: true',
        'caFile: ca.crt',
        'bindDN: cn=pilotage',
        'passwordFile: password',
        USERS,
        'groups: {base: ou=groups, nested: chain}',
      ),
    );
    expect(options.ldap).to.deep.include({
      host: 'fd00::1',
      port: 1389,
      encryption: 'startTLS',
      ca: 'PEM',
      account: { dn: 'cn=pilotage', password: 'to look' },
    });
    expect(options.ldap?.groups).to.deep.include({ base: 'ou=groups', member: 'member', nested: 'chain' });
  });

  it('is what docs/operating.md shows', async () => {
    const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'operating.md'), 'utf8');
    const blocks = [...page.matchAll(/^```yaml\n((?:ldap|oidc):\n[\s\S]*?)^```$/gm)].map(
      ([, text = '']) => text,
    );
    for (const name of ['ldap.password', 'oidc.secret']) await writeFile(join(dir, name), 'secret\n');
    const { ldap, oidc } = await read(blocks.join(''));
    expect(ldap?.groups?.nested).to.equal('search');
    expect(oidc).to.deep.equal({
      issuer: 'https://login.example.com',
      clientId: 'pilotage',
      clientSecret: 'secret',
      scopes: ['openid', 'profile', 'email'],
      nameClaim: 'preferred_username',
      groupsClaim: 'groups',
      requiredClaims: { hd: 'example.com' },
      callback: 'https://pilotage.example.com/login/oidc/callback',
      ca: 'PEM',
    });
  });

  it('names a provider over TLS alone, with the scope that says who signs in', async () => {
    const oidc = (...lines: readonly string[]) => ['oidc:', ...lines.map((line) => `  ${line}`)].join('\n');
    const client = 'clientId: pilotage';
    expect(await complaint(oidc('issuer: http://login.example.com', client))).to.contain(
      'signin.yaml:2: oidc.issuer: "http://login.example.com" is no URL of https',
    );
    expect(await complaint(oidc('issuer: https://login.example.com'))).to.contain('has no clientId');
    const rest = ['issuer: https://login.example.com', client];
    for (const callback of ['http://a.example.com/login/oidc/callback', 'https://a.example.com/callback'])
      expect(await complaint(oidc(...rest, `callback: ${callback}`))).to.contain(
        'is no URL of https that ends in /login/oidc/callback',
      );
    expect(await complaint(oidc(...rest, 'scopes: [email]'))).to.contain('has to contain openid');
    await writeFile(join(dir, 'empty'), '');
    expect(await complaint(oidc(...rest, 'clientSecretFile: empty'))).to.contain('the file is empty');
    expect(await complaint(oidc(...rest, 'requiredClaims: {admin: true}'))).to.contain('must be a text');
  });

  it('is refused where passwords would go over a network in the clear, unless it says so', async () => {
    expect(await complaint(ldap('url: ldap://ldap.example.com', USERS))).to.contain(
      'signin.yaml:2: ldap.url: would send passwords over the network without TLS',
    );
    expect(await complaint(ldap('url: ldap://ldap.example.com', 'insecure: true', USERS))).to.equal('none');
    expect(await complaint(ldap('url: ldap://127.0.0.1:389', USERS))).to.equal('none');
  });

  it('is refused with file and line for everything that is wrong in it', async () => {
    const text = ldap(
      'url: https://ldap.example.com',
      'bindDn: cn=pilotage',
      'caFile: missing.crt',
      'timeout: soon',
      'users: {base: ou=people, filter: "(uid=x", name: "uid)(cn"}',
      'groups: {base: ou=groups, memberIs: name, nested: search}',
    );
    const said = await complaint(`${text}\nsaml: {}\n`);
    for (const words of [
      'signin.yaml:2: ldap.url: "https://ldap.example.com" is no URL such as',
      'signin.yaml:3: ldap.bindDn: is not a known field',
      'signin.yaml:8: saml: is not a known field',
    ])
      expect(said).to.contain(words);
    expect(await complaint(text.replace('https', 'ldaps'))).to.contain('ldap.caFile: ENOENT');
    for (const words of [
      '"(uid=x" is not a filter',
      '"uid)(cn" is not the name of an attribute',
      'have no groups in them',
    ])
      expect(await complaint(text.replace('https', 'ldaps')), words).to.contain(words);
  });

  it('is refused when it names nobody, half an account, or is not there', async () => {
    expect(await complaint('')).to.contain('names nobody who signs people in');
    expect(await complaint(ldap('url: ldaps://x', 'bindDN: cn=x', USERS))).to.contain('belong together');
    expect(await complaint(ldap('url: ldaps://x'))).to.contain('has no users');
    expect(() => readSignInFile(join(dir, 'none.yaml'))).to.throw('ENOENT');
  });
});
