import { expect } from 'chai';
import { createAccess } from '../../src/identity/access.ts';
import { createIdentityActions } from '../../src/identity/actions.ts';
import type { SignIn } from '../../src/identity/signin.ts';
import { SECRETS } from '../../src/kube/kinds/resources.data.ts';
import { USERS } from '../../src/model/types.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';
import { messageOf, reasonOf } from './refusals.ts';

const PASSWORD = 'correct horse battery';

describe('identity: the administrator', () => {
  it('needs nobody to be asked: a home that does not answer keeps them from nothing, but a limit of their token does', async () => {
    const access = createAccess(() => Promise.reject(new Error('the home does not answer')));
    const push = { on: 'environment', verb: 'push', delivery: 'shop', environment: 'prod' } as const;
    expect(await access.refusal(TOKEN_HOLDER, push)).to.equal(undefined);
    const narrow = { ...TOKEN_HOLDER, scope: { deliveries: ['docs'] } };
    expect((await access.refusal(narrow, push))?.reason).to.equal('Forbidden');
  });
});

describe('identity: accounts', () => {
  let world: IdentityWorld;
  before(async () => {
    world = await createIdentityWorld();
    await world.actions.createUser(TOKEN_HOLDER, 'ada', { emails: ['ada@example.com'] }, PASSWORD);
  });
  after(() => world.dispose());

  it('are signed in to by name and password, and get a token that lasts half a day', async () => {
    const { token, user } = await world.actions.logIn('ada', PASSWORD);
    expect(user).to.equal('ada');
    expect(await world.known(token)).to.deep.include({ name: 'ada', verified: true });
    await world.clock.advance(13 * 3_600_000);
    expect(await world.known(token)).to.equal(undefined);
  });

  it('end a sign-in at once when its bearer signs out', async () => {
    const { token } = await world.actions.logIn('ada', PASSWORD);
    const user = await world.known(token);
    await world.actions.logOut(user as User);
    expect(await world.known(token)).to.equal(undefined);
  });

  it('answer the same for a wrong password, for a name that nobody has, and for one that is disabled', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'gone', { disabled: true }, PASSWORD);
    const wrong = await messageOf(world.actions.logIn('ada', 'not the password'));
    expect(wrong).to.contain('wrong');
    expect(await messageOf(world.actions.logIn('nobody-here', PASSWORD))).to.equal(wrong);
    expect(await messageOf(world.actions.logIn('gone', PASSWORD))).to.equal(wrong);
    expect(await messageOf(world.actions.logIn('../../ada', PASSWORD))).to.equal(wrong);
  });

  it('lock a name after five failures, whether anybody has it, and let it in again later', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'eve', {}, PASSWORD);
    for (const name of ['eve', 'stranger']) {
      for (let guess = 0; guess < 5; guess++)
        await reasonOf(world.actions.logIn(name, `guess number ${guess}`));
      expect(await reasonOf(world.actions.logIn(name, PASSWORD)), name).to.equal('LockedOut');
    }
    await world.clock.advance(6_000);
    expect(await reasonOf(world.actions.logIn('eve', PASSWORD))).to.equal('not refused');
  });

  it('keep of a password a salted hash alone, in a Secret', async () => {
    const secret = await world.admin.get(SECRETS, { namespace: 'pilotage', name: 'pilotage-password-ada' });
    const hash = Buffer.from(secret.data?.hash ?? '', 'base64').toString();
    expect(hash).to.match(/^scrypt\$\d+\$8\$\d\$/);
    expect(hash).not.to.contain(PASSWORD);
  });

  it('are not made with a short password, a reserved name, or a group of the cluster', async () => {
    const make = (name: string, spec: object, password?: string) =>
      reasonOf(world.actions.createUser(TOKEN_HOLDER, name, spec, password));
    expect(await make('short', {}, 'tiny')).to.equal('BadRequest');
    expect(
      await world.admin
        .list(USERS, { namespace: 'pilotage' })
        .then(({ items }) => items.map(({ metadata }) => metadata.name)),
    ).not.to.include('short');
    for (const name of ['git', 'pilotage-admin', 'Ada', 'a.b', 'system:admin'])
      expect(await make(name, {}), name).to.equal('BadRequest');
    expect(await make('root', { groups: ['system:masters'] })).to.contain('Invalid');
  });

  it('let a person change the own password with the present one only', async () => {
    const ann = await world.user('ann');
    await world.actions.setPassword(TOKEN_HOLDER, 'ann', PASSWORD);
    expect(await reasonOf(world.actions.setPassword(ann, 'ann', 'a new long one'))).to.equal('Forbidden');
    expect(await reasonOf(world.actions.setPassword(ann, 'ann', 'a new long one', 'a wrong one'))).to.equal(
      'Unauthorized',
    );
    await world.actions.setPassword(ann, 'ann', 'a new long one', PASSWORD);
    expect((await world.actions.logIn('ann', 'a new long one')).user).to.equal('ann');
  });

  it('sign nobody in any more who signed in with the password of before, and name the tokens that stay', async () => {
    const zoe = await world.user('zoe');
    await world.actions.setPassword(TOKEN_HOLDER, 'zoe', PASSWORD);
    const { token: login } = await world.actions.logIn('zoe', PASSWORD);
    await world.actions.openSession('zoe', PASSWORD);
    const { token: laptop } = await world.actions.createToken(zoe, { name: 'laptop', robot: false });
    const { token: ci } = await world.actions.createToken(zoe, { name: 'ci', robot: true });
    const { message, ...ends } = await world.actions.setPassword(zoe, 'zoe', 'a new long one', PASSWORD);
    expect(ends).to.deep.equal({ endedSignIns: 2, tokens: ['zoe.ci', 'zoe.laptop'] });
    expect(message)
      .to.contain('Sign-ins of before have ended (2)')
      .and.contain('Tokens stay: zoe.ci, zoe.laptop');
    expect(await world.known(login)).to.equal(undefined);
    for (const token of [laptop, ci]) expect(await world.known(token)).to.not.equal(undefined);
  });

  it('sign nobody in any more who was signed in when the account was disabled, also where it is let in again', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'max', {}, PASSWORD);
    const { token } = await world.actions.logIn('max', PASSWORD);
    await world.actions.changeUser(TOKEN_HOLDER, 'max', { disabled: true });
    await world.actions.changeUser(TOKEN_HOLDER, 'max', { disabled: false });
    expect(await world.known(token)).to.equal(undefined);
  });

  it('sign nobody in whose password was changed while they signed in with the one of before', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'lea', {}, PASSWORD);
    const signIn: SignIn = async (name) => {
      await world.actions.setPassword(TOKEN_HOLDER, name, 'a new long one');
      return { name, groups: [], verified: true };
    };
    const { logIn, openSession } = createIdentityActions({ ...world.parts, access: world.access, signIn });
    expect(await reasonOf(logIn('lea', PASSWORD))).to.equal('Unauthorized');
    expect(await reasonOf(openSession('lea', PASSWORD))).to.equal('Unauthorized');
    const lea = { name: 'lea', groups: [], verified: true };
    expect(await world.actions.listTokens(lea)).to.deep.equal([]);
  });

  it('say nothing of sign-ins and tokens where there are none', async () => {
    await world.user('kim');
    const { message } = await world.actions.setPassword(TOKEN_HOLDER, 'kim', PASSWORD);
    expect(message).to.equal('The password of kim is set.');
  });
});
