import { expect } from 'chai';
import { accountName } from '../../src/identity/accountname.ts';
import { admit, groupsOf, holderOf, MOST_GROUPS, type Person } from '../../src/identity/external.ts';
import { createSignIn, localProvider } from '../../src/identity/signin.ts';
import { findUser } from '../../src/identity/users.ts';
import { TOKEN_HOLDER } from '../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';
import { messageOf, reasonOf } from './refusals.ts';

const PASSWORD = 'correct horse battery';
const person = (name: string, more: Partial<Person> = {}): Person => ({
  id: `id of ${name}`,
  name,
  emails: [],
  groups: [],
  ...more,
});

describe('identity: names and groups that others give', () => {
  it('become names of accounts, whatever letters they have', () => {
    expect(accountName('Ada.Lovelace@Example.com')).to.equal('ada-lovelace-example-com');
    expect(accountName('Zoë_Müller')).to.equal('zoe-muller');
    expect(accountName('../../ada')).to.equal('ada');
    expect(accountName('***')).to.equal('');
  });

  it('stand behind the name of their provider, without those of the cluster and those that nobody can read', () => {
    const given = [
      'ops',
      'system:masters',
      'System:nodes',
      'oidc:ops',
      'a\u202eb',
      'é è',
      ' ',
      'ops',
      'x'.repeat(300),
    ];
    expect(groupsOf('ldap', given)).to.deep.equal(['ldap:oidc:ops', 'ldap:ops', 'ldap:é è']);
  });
});

describe('identity: accounts for which others vouch', () => {
  let world: IdentityWorld;
  before(async () => {
    world = await createIdentityWorld();
  });
  after(() => world.dispose());
  const specOf = async (name: string) => (await findUser(world.parts.home, name))?.spec;

  it('are made at the first sign-in and brought up to date at each, without a write where nothing is new', async () => {
    const ada = person('Ada', {
      displayName: 'Ada\u202e L.',
      emails: ['ada@example.com', 'nonsense'],
      groups: ['ops'],
    });
    expect(await admit(world.parts.home, 'ldap', ada)).to.deep.equal({
      name: 'ada',
      groups: ['ldap:ops'],
      verified: true,
      aliases: ['Ada L.', 'ada@example.com'],
    });
    const first = await findUser(world.parts.home, 'ada');
    await admit(world.parts.home, 'ldap', ada);
    expect(await findUser(world.parts.home, 'ada')).to.deep.equal(first);
    expect((await admit(world.parts.home, 'ldap', person('Ada', { groups: ['qa'] }))).groups).to.deep.equal([
      'ldap:qa',
    ]);
    expect(await specOf('ada')).to.deep.equal({
      provider: 'ldap',
      externalId: 'id of Ada',
      groups: ['ldap:qa'],
    });
  });

  it('are one account when they sign in for the first time twice at once', async () => {
    const both = await Promise.all([1, 2].map(() => admit(world.parts.home, 'oidc', person('twin'))));
    expect(both.map(({ name }) => name)).to.deep.equal(['twin', 'twin']);
  });

  it('do not get the name of somebody who was first: a local account, another provider’s, an earlier bearer’s', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'root', {}, PASSWORD);
    await admit(world.parts.home, 'ldap', person('bob'));
    for (const [provider, who] of [
      ['ldap', person('root')],
      ['oidc', person('bob')],
      ['ldap', person('bob', { id: 'another' })],
      ['ldap', person('b.o.b', { id: 'another', name: 'Bob' })],
    ] as const) {
      expect(await reasonOf(admit(world.parts.home, provider, who))).to.equal('NameTaken');
      expect((await holderOf(world.parts.home, provider, who)).type).to.equal('other');
    }
    expect((await specOf('root'))?.provider).to.equal(undefined);
  });

  it('do not get a reserved name, none at all, or one that is too long', async () => {
    for (const name of ['pilotage-admin', 'git', '***', 'x'.repeat(41)])
      expect(await reasonOf(admit(world.parts.home, 'ldap', person(name))), name).to.equal('NameUnusable');
  });

  it('stay out while they are disabled here, whatever the provider says', async () => {
    await admit(world.parts.home, 'oidc', person('eve'));
    await world.actions.changeUser(TOKEN_HOLDER, 'eve', { disabled: true });
    expect(await messageOf(admit(world.parts.home, 'oidc', person('eve')))).to.contain('disabled');
    await world.actions.changeUser(TOKEN_HOLDER, 'eve', { disabled: false });
    expect((await admit(world.parts.home, 'oidc', person('eve'))).name).to.equal('eve');
  });

  it('have no more groups than an object may hold', async () => {
    const groups = Array.from({ length: MOST_GROUPS + 1 }, (_, i) => `g${i}`);
    expect(await reasonOf(admit(world.parts.home, 'ldap', person('many', { groups })))).to.equal(
      'TooManyGroups',
    );
  });

  it('have no password here: none is set, and one that was left is not taken', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'carl', {}, PASSWORD);
    await world.actions.changeUser(TOKEN_HOLDER, 'carl', { provider: 'ldap' });
    expect(await reasonOf(world.actions.setPassword(TOKEN_HOLDER, 'carl', PASSWORD))).to.equal('BadRequest');
    const signIn = createSignIn(world.parts, [localProvider(world.parts)]);
    expect(await reasonOf(signIn('carl', PASSWORD))).to.equal('Unauthorized');
  });

  it('are granted roles by their groups', async () => {
    const user = await admit(world.parts.home, 'ldap', person('dev', { groups: ['developers'] }));
    await world.environment('shop', 'dev');
    await world.actions.grant(TOKEN_HOLDER, {
      role: 'developer',
      users: [],
      groups: ['ldap:developers'],
      deliveries: ['shop'],
    });
    const push = { on: 'delivery', verb: 'push', delivery: 'shop' } as const;
    await world.until(async () => (await world.access.refusal(user, push)) === undefined);
    expect((await world.access.refusal({ ...user, groups: ['developers'] }, push))?.reason).to.equal(
      'Forbidden',
    );
  });
});
