import { expect } from 'chai';
import type { Question } from '../../src/model/access.ts';
import { TOKENS } from '../../src/model/types.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';
import { reasonOf } from './refusals.ts';

describe('identity: tokens', () => {
  let world: IdentityWorld;
  let ada: User;
  before(async () => {
    world = await createIdentityWorld();
    ada = await world.user('ada', ['qa']);
    await world.environment('shop', 'dev');
    await world.environment('shop', 'prod');
    await world.grant('admin', ['ada'], { deliveries: ['shop'] });
  });
  after(() => world.dispose());

  const may = async (token: string, question: Question): Promise<boolean> => {
    const user = await world.known(token);
    return user !== undefined && (await world.access.refusal(user, question)) === undefined;
  };
  const of = (environment: string, verb: 'get' | 'sync' | 'promote'): Question => ({
    on: 'environment',
    verb,
    delivery: 'shop',
    environment,
  });

  it('are kept as a hash, and shown once', async () => {
    const { token, name } = await world.actions.createToken(ada, { name: 'laptop', robot: false });
    const stored = await world.admin.get(TOKENS, { namespace: 'pilotage', name });
    expect(JSON.stringify(stored)).not.to.contain(token.slice(-43));
    expect(JSON.stringify(await world.actions.listTokens(ada))).not.to.match(/digest|plt_/);
  });

  it('are refused once they are revoked, have expired, or their owner is disabled', async () => {
    const one = await world.actions.createToken(ada, { name: 'one', robot: false, seconds: 60 });
    const two = await world.actions.createToken(ada, { name: 'two', robot: false });
    const three = await world.actions.createToken(ada, { name: 'three', robot: false });
    expect(await world.known(one.token)).to.include({ name: 'ada' });
    await world.clock.advance(60_000);
    expect(await world.known(one.token)).to.equal(undefined);
    await world.actions.revokeToken(ada, 'ada.two');
    expect(await world.known(two.token)).to.equal(undefined);
    await world.actions.changeUser(TOKEN_HOLDER, 'ada', { disabled: true });
    expect(await world.known(three.token)).to.equal(undefined);
    await world.actions.changeUser(TOKEN_HOLDER, 'ada', { disabled: false });
    expect(await world.known(three.token)).to.include({ name: 'ada' });
  });

  it('are nobody’s with another secret under a known name, and with a name that there is not', async () => {
    const { token } = await world.actions.createToken(ada, { name: 'real', robot: false });
    expect(await world.known(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).to.equal(undefined);
    expect(await world.known(token.replace('ada.real', 'ada.other'))).to.equal(undefined);
    expect(await world.known('plt_')).to.equal(undefined);
  });

  it('are refused as quickly when they are made to take long', async () => {
    // With an expression that goes back, this would outlast the universe.
    expect(await world.known(`plt_a${'-a'.repeat(200)}!`)).to.equal(undefined);
    expect(await world.known(`plt_${'a.'.repeat(4_000)}`)).to.equal(undefined);
  });

  it('do nothing outside their scope, and administer nobody', async () => {
    const scope = { deliveries: ['shop'], environments: ['dev'], verbs: ['get', 'sync'] };
    const { token } = await world.actions.createToken(ada, { name: 'ci', robot: true, ...scope });
    expect(await may(token, of('dev', 'sync'))).to.equal(true);
    expect(await may(token, of('dev', 'promote'))).to.equal(false);
    expect(await may(token, of('prod', 'sync'))).to.equal(false);
    expect(await may(token, { on: 'delivery', verb: 'push', delivery: 'shop' })).to.equal(false);
    expect(await may(token, { on: 'users', verb: 'list' })).to.equal(false);
    const robot = (await world.known(token)) as User;
    expect(robot).to.include({ name: 'robot:ada.ci', owner: 'ada', delegated: true });
    expect(await reasonOf(world.actions.createToken(robot, { name: 'more', robot: false }))).to.equal(
      'Forbidden',
    );
  });

  it('say when somebody else made them for their owner', async () => {
    const { token } = await world.actions.createToken(TOKEN_HOLDER, {
      owner: 'ada',
      name: 'given',
      robot: false,
    });
    expect(await world.known(token)).to.include({ name: 'ada', delegated: true });
  });

  it('of others are neither made, seen nor revoked without the right to', async () => {
    const bob = await world.user('bob');
    expect(
      await reasonOf(world.actions.createToken(bob, { owner: 'ada', name: 'x', robot: false })),
    ).to.equal('Forbidden');
    expect(await world.actions.listTokens(bob)).to.deep.equal([]);
    expect(await reasonOf(world.actions.revokeToken(bob, 'ada.real'))).to.equal('Forbidden');
    expect(await reasonOf(world.actions.revokeToken(bob, 'ada.nothing'))).to.equal('Forbidden');
  });

  it('go with their owner', async () => {
    const { token } = await world.actions.createToken(await world.user('carl'), { name: 'c', robot: false });
    await world.actions.deleteUser(TOKEN_HOLDER, 'carl');
    expect(await world.known(token)).to.equal(undefined);
    await world.user('carl');
    expect(await world.known(token)).to.equal(undefined);
  });
});
