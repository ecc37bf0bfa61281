import { expect } from 'chai';
import { openSession } from '../../src/identity/sessions.ts';
import { sessionAuthenticator, sessionObserver } from '../../src/identity/tokens.ts';
import { createUser } from '../../src/identity/users.ts';
import { TOKENS } from '../../src/model/types.ts';
import { TOKEN_HOLDER } from '../../src/model/user.ts';
import { FakeClock } from '../fakes/clock.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';
import { reasonOf } from './refusals.ts';

const PASSWORD = 'correct horse battery';
const HOUR = 3_600_000;

describe('identity: sessions of browsers', () => {
  let world: IdentityWorld;
  let count = 0;
  before(async () => {
    world = await createIdentityWorld();
  });
  after(() => world.dispose());

  const account = async (): Promise<string> => {
    const name = `ada${count++}`;
    await world.actions.createUser(TOKEN_HOLDER, name, {}, PASSWORD);
    return name;
  };
  const opened = async () => {
    const name = await account();
    return { name, secret: (await world.actions.openSession(name, PASSWORD)).secret };
  };
  /** As whom the secret is known, so long after now, by a daemon that has just started. */
  const known = async (secret: string, laterMs = 0): Promise<string | undefined> => {
    const clock = new FakeClock(world.clock.now() + laterMs);
    return (await sessionAuthenticator({ ...world.parts, clock })(secret))?.name;
  };
  /** The use is recorded behind the back of the request. */
  const used = async ({ name, secret }: { name: string; secret: string }, laterMs: number) => {
    expect(await known(secret, laterMs), `after ${laterMs / HOUR} hours`).to.equal(name);
    const ada = { name, groups: [], verified: true };
    await world.until(async () => {
      const [session] = await world.actions.listTokens(ada);
      return Date.parse(session?.lastUsed ?? '') === world.clock.now() + laterMs;
    });
  };

  it('are begun with the password, and with nothing else', async () => {
    const name = await account();
    expect(await reasonOf(world.actions.openSession(name, 'something else'))).to.equal('Unauthorized');
    expect(await known((await world.actions.openSession(name, PASSWORD)).secret)).to.equal(name);
  });

  it('are kept as a hash, outlive a restart, and are listed and revoked like tokens', async () => {
    const { name, secret } = await opened();
    const ada = { name, groups: [], verified: true };
    const [session] = await world.actions.listTokens(ada);
    expect(session).to.include({ type: 'session', owner: name });
    const stored = await world.admin.get(TOKENS, { namespace: 'pilotage', name: session?.name ?? '' });
    expect(JSON.stringify(stored)).not.to.contain(secret.slice(-43));
    await world.actions.revokeToken(ada, session?.name ?? '');
    expect(await known(secret)).to.equal(undefined);
  });

  it('end when nobody has used them for twelve hours', async () => {
    const session = await opened();
    await used(session, 11 * HOUR);
    await used(session, 22 * HOUR);
    expect(await known(session.secret, 34 * HOUR - 1)).to.equal(session.name);
    const unused = await opened();
    expect(await known(unused.secret, 12 * HOUR)).to.equal(undefined);
  });

  it('are not used by a page that is left open', async () => {
    const { secret, name } = await opened();
    const open = async (laterMs: number) => {
      const clock = new FakeClock(world.clock.now() + laterMs);
      return (await sessionObserver({ ...world.parts, clock })(secret))?.name;
    };
    expect(await open(11 * HOUR)).to.equal(name);
    expect(await open(12 * HOUR)).to.equal(undefined);
  });

  it('end after seven days, however much they are used', async () => {
    const session = await opened();
    for (let hours = 10; hours < 7 * 24; hours += 10) await used(session, hours * HOUR);
    expect(await known(session.secret, 7 * 24 * HOUR)).to.equal(undefined);
  });

  it('end after half a day where somebody else vouches for the account', async () => {
    await createUser(world.parts.home, 'outside', { provider: 'ldap', externalId: 'x' });
    expect(await openSession(world.parts, { name: 'outside' })).to.include({ seconds: 12 * 3_600 });
  });

  it('end with the password that began them', async () => {
    const { name, secret } = await opened();
    await world.actions.setPassword({ name, groups: [], verified: true }, name, 'another one', PASSWORD);
    expect(await known(secret)).to.equal(undefined);
  });

  it('end when the account is disabled, also where it is let in again, and when it is deleted', async () => {
    const { name, secret } = await opened();
    await world.actions.changeUser(TOKEN_HOLDER, name, { disabled: true });
    await world.actions.changeUser(TOKEN_HOLDER, name, { disabled: false });
    expect(await known(secret)).to.equal(undefined);
    const other = await opened();
    await world.actions.deleteUser(TOKEN_HOLDER, other.name);
    expect(await known(other.secret)).to.equal(undefined);
  });

  it('are no tokens, and tokens are no sessions', async () => {
    const { name, secret } = await opened();
    const { token } = await world.actions.logIn(name, PASSWORD);
    expect(await world.known(secret)).to.equal(undefined);
    expect(await world.known(secret.replace('pls_', 'plt_'))).to.equal(undefined);
    expect(await known(token)).to.equal(undefined);
    expect(await known(token.replace('plt_', 'pls_'))).to.equal(undefined);
  });

  it('that have ended are removed at the next sign-in', async () => {
    const { name } = await opened();
    const clock = new FakeClock(world.clock.now() + 13 * HOUR);
    await openSession({ ...world.parts, clock }, { name });
    expect(await world.actions.listTokens({ name, groups: [], verified: true })).to.have.length(1);
  });
});
