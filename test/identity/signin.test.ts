import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { createSignIn, localProvider, type PasswordProvider } from '../../src/identity/signin.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';
import { reasonOf } from './refusals.ts';

const PASSWORD = 'correct horse battery';
const BOB: User = { name: 'bob', groups: [], verified: true };

const directory = (signIn: PasswordProvider['signIn']): PasswordProvider => ({ name: 'directory', signIn });
const isDown = directory(() =>
  Promise.reject(new ProblemError({ reason: 'Unavailable', message: 'The directory does not answer.' })),
);

describe('identity: sign-in by several providers', () => {
  let world: IdentityWorld;
  before(async () => {
    world = await createIdentityWorld();
    await world.actions.createUser(TOKEN_HOLDER, 'ada', {}, PASSWORD);
  });
  after(() => world.dispose());
  const signInWith = (...others: PasswordProvider[]) =>
    createSignIn(world.parts, [localProvider(world.parts), ...others]);

  it('asks one after the other, and takes the first that knows the person', async () => {
    const signIn = signInWith(directory(async (name) => (name === 'bob' ? BOB : undefined)));
    expect((await signIn('ada', PASSWORD)).name).to.equal('ada');
    expect(await signIn('bob', 'whatever')).to.equal(BOB);
    expect(await reasonOf(signIn('carl', 'whatever'))).to.equal('Unauthorized');
  });

  it('lets accounts of this Pilotage in while a provider is down or slow', async () => {
    expect((await signInWith(isDown)('ada', PASSWORD)).name).to.equal('ada');
    let waiting = 0;
    const slow = directory(() => {
      waiting += 1;
      return new Promise(() => {});
    });
    const signIn = signInWith(slow);
    for (let i = 0; i < 25; i++) void signIn(`stranger-${i}`, PASSWORD).catch(() => undefined);
    await world.until(async () => waiting === 20);
    expect(await reasonOf(signIn('one-more', PASSWORD))).to.equal('Unavailable');
    expect((await signIn('ada', PASSWORD)).name).to.equal('ada');
  });

  it('says that a provider cannot be asked, and counts the guess at those that answered', async () => {
    const signIn = signInWith(isDown);
    for (let guess = 0; guess < 6; guess++)
      expect(await reasonOf(signIn('ada', `wrong ${guess}`))).to.equal('Unavailable');
    // Whether anybody has the name: the answer is the same.
    for (let guess = 0; guess < 6; guess++)
      expect(await reasonOf(signIn('nobody', `wrong ${guess}`))).to.equal('Unavailable');
    const { problem } = await signIn('ada', PASSWORD).then(
      () => expect.fail('the right password was taken in spite of six guesses'),
      (error: unknown) => error as ProblemError,
    );
    expect(problem.reason).to.equal('Unavailable');
    expect(problem.details?.join()).to.contain('Too many failed sign-ins under this name');
    expect(await reasonOf(signIn('nobody', PASSWORD))).to.equal('Unavailable');
  });

  it('counts no right password as a guess because the directory that knows it is down', async () => {
    let isUp = false;
    const flaky = directory(async (name, password) => {
      if (!isUp) return isDown.signIn(name, password);
      return name === 'bob' && password === 'right' ? BOB : undefined;
    });
    const signIn = signInWith(flaky);
    for (let attempt = 0; attempt < 8; attempt++)
      expect(await reasonOf(signIn('bob', 'right'))).to.equal('Unavailable');
    isUp = true;
    expect(await signIn('bob', 'right')).to.equal(BOB);
  });

  it('locks a name out where one provider counts too many guesses and no other knows the password', async () => {
    let isUp = false;
    const flaky = directory(async (name, password) => (isUp ? undefined : isDown.signIn(name, password)));
    const signIn = signInWith(flaky);
    for (let guess = 0; guess < 5; guess++) await reasonOf(signIn('ada', `wrong ${guess}`));
    isUp = true;
    expect(await reasonOf(signIn('ada', PASSWORD))).to.equal('LockedOut');
    await world.clock.advance(5_000);
    expect((await signIn('ada', PASSWORD)).name).to.equal('ada');
  });

  it('counts guesses of one name, however it is spelled', async () => {
    const signIn = signInWith();
    for (const name of ['zoe', 'ZOE', 'Zoë', 'z.o.e', 'z\u00ado\u200be'])
      expect(await reasonOf(signIn(name, 'wrong')), name).to.equal('Unauthorized');
    expect(await reasonOf(signIn('zoe', 'wrong'))).to.equal('LockedOut');
  });

  it('counts guesses of one name that come at the same time', async () => {
    const signIn = signInWith();
    const reasons = await Promise.all(
      Array.from({ length: 8 }, (_, i) => reasonOf(signIn('eve', `wrong ${i}`))),
    );
    expect(reasons.filter((reason) => reason === 'LockedOut')).to.have.length(3);
  });
});
