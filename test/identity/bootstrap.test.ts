import { expect } from 'chai';
import { SECRETS } from '../../src/kube/kinds/resources.data.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';
import { reasonOf } from './refusals.ts';

const PASSWORD = 'correct horse battery';
const HOUR = 3_600_000;

describe('identity: the first administrator', () => {
  let world: IdentityWorld;
  beforeEach(async () => {
    world = await createIdentityWorld();
  });
  afterEach(() => world.dispose());

  const issued = async (): Promise<string> => (await world.actions.issueBootstrap(TOKEN_HOLDER)).code;
  const redeem = (code: string, name = 'ada', password = PASSWORD) =>
    world.actions.bootstrap(code, name, password);

  it('is made with a code, has the password that was chosen, and may everything', async () => {
    expect(await redeem(await issued())).to.deep.equal({ user: 'ada' });
    expect((await world.actions.logIn('ada', PASSWORD)).user).to.equal('ada');
    const ada: User = { name: 'ada', groups: [], verified: true };
    await world.until(
      async () => (await world.access.refusal(ada, { on: 'users', verb: 'create' })) === undefined,
    );
  });

  it('is made once: the code is spent, and no other is issued', async () => {
    const code = await issued();
    await redeem(code);
    expect(await reasonOf(redeem(code, 'eve'))).to.equal('Unauthorized');
    expect(await reasonOf(world.actions.issueBootstrap(TOKEN_HOLDER))).to.equal('AdministratorExists');
  });

  it('is one of two that have the same code', async () => {
    const code = await issued();
    const outcomes = await Promise.all([reasonOf(redeem(code, 'ada')), reasonOf(redeem(code, 'eve'))]);
    expect(outcomes).to.deep.equal(['not refused', 'Unauthorized']);
  });

  it('is not made with a code that is another, has expired, or was replaced', async () => {
    const replaced = await issued();
    const code = await issued();
    for (const wrong of ['', 'x', replaced, `${code}x`])
      expect(await reasonOf(redeem(wrong)), wrong).to.equal('Unauthorized');
    await world.clock.advance(HOUR);
    expect(await reasonOf(redeem(code))).to.equal('Unauthorized');
  });

  it('is not made where nobody has issued a code', async () => {
    expect(await reasonOf(redeem(''))).to.equal('Unauthorized');
  });

  it('may try again with the same code after a name or a password that cannot be', async () => {
    const code = await issued();
    expect(await reasonOf(redeem(code, 'Ada Lovelace'))).to.equal('BadRequest');
    expect(await reasonOf(redeem(code, 'ada', 'short'))).to.equal('BadRequest');
    expect(await redeem(code)).to.deep.equal({ user: 'ada' });
  });

  it('is not made beside another, although its code is good', async () => {
    const code = await issued();
    await world.user('bob', ['admins']);
    await world.actions.grant(TOKEN_HOLDER, { role: 'admin', users: [], groups: ['admins'] });
    expect(await reasonOf(redeem(code))).to.equal('AdministratorExists');
  });

  it('may be made again where every administrator is disabled, or administers one delivery alone', async () => {
    await redeem(await issued());
    await world.actions.changeUser(TOKEN_HOLDER, 'ada', { disabled: true });
    await world.user('bob');
    await world.grant('admin', ['bob'], { deliveries: ['shop'] });
    expect(await redeem(await issued(), 'eve')).to.deep.equal({ user: 'eve' });
  });

  it('is for who has the daemon’s own token to call for', async () => {
    const bob = await world.user('bob');
    expect(await reasonOf(world.actions.issueBootstrap(bob))).to.equal('Forbidden');
  });

  it('is called for at the start of a daemon that has no account, and never later', async () => {
    const first = await world.actions.firstBootstrap();
    await redeem(first?.code ?? '');
    expect(await world.actions.firstBootstrap()).to.equal(undefined);
  });

  it('is had by nobody who reads what is kept of the code', async () => {
    const code = await issued();
    const secret = await world.admin.get(SECRETS, { namespace: 'pilotage', name: 'pilotage-bootstrap' });
    const kept = Object.values(secret.data ?? {}).map((value) => Buffer.from(value, 'base64').toString());
    expect(kept.join()).not.to.contain(code);
  });
});
