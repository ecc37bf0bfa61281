import { expect } from 'chai';
import { createLogger, silentLogger } from '../../../src/base/log.ts';
import { ldapProvider } from '../../../src/identity/ldap/provider.ts';
import { createSignIn, localProvider } from '../../../src/identity/signin.ts';
import { findUser } from '../../../src/identity/users.ts';
import { TOKEN_HOLDER } from '../../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from '../harness.ts';
import { reasonOf } from '../refusals.ts';
import { byMember, byName, entry, FakeDirectory, LDAP } from './directory.ts';

const LOCAL = 'correct horse battery';

describe('identity: people of a directory', () => {
  let world: IdentityWorld;
  let directory: FakeDirectory;
  let log: string[];
  before(async () => {
    world = await createIdentityWorld();
    await world.actions.createUser(TOKEN_HOLDER, 'root', {}, LOCAL);
  });
  after(() => world.dispose());
  beforeEach(() => {
    directory = new FakeDirectory();
    log = [];
  });
  const provider = (options = LDAP) => {
    const logger = createLogger('debug', { write: (line: string) => void log.push(line) });
    return ldapProvider({ home: world.parts.home, logger, options, connect: directory.connect });
  };
  const signIn = (name: string, password: string) => provider().signIn(name, password);
  const signInAnywhere = (name: string, password: string) =>
    createSignIn({ ...world.parts, logger: silentLogger }, [localProvider(world.parts), provider()])(
      name,
      password,
    );

  it('are looked up, prove their password, and have the groups that the directory says', async () => {
    directory.add('ada', { cn: ['Ada Lovelace'], mail: ['ada@example.com'] });
    directory.found[byMember('uid=ada,ou=people')] = [entry('cn=ops', { cn: ['ops'] })];
    expect(await signIn('ada', "ada's password")).to.deep.equal({
      name: 'ada',
      groups: ['ldap:ops'],
      verified: true,
      aliases: ['Ada Lovelace', 'ada@example.com'],
    });
    expect(directory.asked).to.deep.equal([
      'bind cn=pilotage',
      `search ${byName('ada')}`,
      'bind uid=ada,ou=people',
      'bind cn=pilotage',
      `search ${byMember('uid=ada,ou=people')}`,
      'close',
    ]);
  });

  it('are themselves however they write their name, and keep their account when their entry is moved', async () => {
    directory.add('bob');
    const moved = entry('uid=bob,ou=elsewhere', { uid: ['bob'], entryUUID: ['uuid of bob'] });
    directory.found[byName('BOB')] = [moved];
    directory.passwords[moved.dn] = 'new';
    expect((await signIn('bob', "bob's password"))?.name).to.equal('bob');
    expect((await signIn('BOB', 'new'))?.name).to.equal('bob');
  });

  it('do not sign in where the directory does not know them for good: somebody else may get their DN', async () => {
    directory.add('joe', { entryUUID: [] });
    expect(await reasonOf(signIn('joe', "joe's password"))).to.equal('Unidentified');
    expect(await findUser(world.parts.home, 'joe')).to.equal(undefined);
    expect(log.join()).to.contain('does not say who somebody is for good').and.contain('entryUUID');
    expect(await signIn('joe', 'wrong')).to.equal(undefined);
  });

  it('are known by the attribute that the file names, and by no other', async () => {
    const options = { ...LDAP, users: { ...LDAP.users, id: 'employeeNumber' } };
    directory.add('sam', { employeeNumber: ['17'] });
    expect((await provider(options).signIn('sam', "sam's password"))?.name).to.equal('sam');
    expect((await findUser(world.parts.home, 'sam'))?.spec.externalId).to.equal('17');
    directory.add('sam', { employeeNumber: ['18'] });
    expect(await provider(options).signIn('sam', "sam's password")).to.equal(undefined);
    directory.add('sam');
    expect(await provider(options).signIn('sam', "sam's password")).to.equal(undefined);
  });

  it('do not sign in with an empty password: the directory would bind as nobody, and say yes', async () => {
    directory.add('ada');
    directory.passwords['uid=ada,ou=people'] = '';
    expect(await signIn('ada', '')).to.equal(undefined);
    expect(directory.asked).to.deep.equal([]);
  });

  it('do not sign in with a wrong password, nor under a name that nobody has', async () => {
    directory.add('ada');
    expect(await signIn('ada', 'wrong')).to.equal(undefined);
    expect(await signIn('nobody', 'wrong')).to.equal(undefined);
    expect(directory.asked.at(-1)).to.equal('close');
  });

  it('cannot widen the search by their name: `*)(uid=*` is looked for as it stands', async () => {
    expect(await signIn('*)(uid=*', 'password')).to.equal(undefined);
    expect(directory.asked[1]).to.equal(String.raw`search (&(objectClass=person)(uid=\2a\29\28uid=\2a))`);
  });

  it('do not sign in by a name that several have, and the log says so', async () => {
    directory.found[byName('twin')] = [entry('uid=twin,ou=a', {}), entry('uid=twin,ou=b', {})];
    expect(await signIn('twin', 'password')).to.equal(undefined);
    expect(log.join()).to.contain('several people of the directory have this name');
  });

  it('whose name an account of this Pilotage has stay out, and no password of that account goes to the directory', async () => {
    directory.add('root');
    expect(await signIn('root', "root's password")).to.equal(undefined);
    expect(directory.asked).not.to.include('bind uid=root,ou=people');
    expect(log.join()).to.contain('the name of an account that is not theirs');
    expect((await signInAnywhere('root', LOCAL)).name).to.equal('root');
  });

  it('stay out while their account is disabled here, although the directory would say yes', async () => {
    directory.add('eve');
    await signIn('eve', "eve's password");
    await world.actions.changeUser(TOKEN_HOLDER, 'eve', { disabled: true });
    expect(await signIn('eve', "eve's password")).to.equal(undefined);
    expect((await findUser(world.parts.home, 'eve'))?.spec.disabled).to.equal(true);
  });

  it('are asked to come again while the directory is down or answers nonsense, and local accounts sign in', async () => {
    for (const failure of ['connect ECONNREFUSED', 'Invalid ASN.1', 'took longer than 10000 ms']) {
      directory.failure = new Error(failure);
      expect(await reasonOf(signInAnywhere('ada', "ada's password"))).to.equal('Unavailable');
      expect(log.join()).to.contain(failure);
      expect((await signInAnywhere('root', LOCAL)).name).to.equal('root');
    }
  });

  it('are asked to come again when the directory refuses the account that looks people up, which the log names', async () => {
    directory.passwords['cn=pilotage'] = 'changed';
    expect(await reasonOf(signIn('ada', "ada's password"))).to.equal('Unavailable');
    expect(log.join()).to.contain('refuses the account that looks people up');
  });

  it('are not admitted to a group of the cluster, and no password is in the log', async () => {
    directory.add('max');
    const groups = ['system:masters', 'ops'].map((cn) => entry(`cn=${cn}`, { cn: [cn] }));
    directory.found[byMember('uid=max,ou=people')] = groups;
    expect((await signIn('max', "max's password"))?.groups).to.deep.equal(['ldap:ops']);
    directory.failure = new Error('down');
    await reasonOf(signIn('max', "max's password"));
    expect(log.join()).not.to.contain("max's password");
  });
});
