import { expect } from 'chai';
import { createAccess } from '../../src/identity/access.ts';
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
});
