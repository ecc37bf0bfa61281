import { expect } from 'chai';
import { approverProblem } from '../../src/identity/approver.ts';
import type { User } from '../../src/model/user.ts';
import { peopleBehind } from '../../src/promotion/identity/people.ts';
import { named } from '../fakes/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';

describe('identity: approvals', () => {
  let world: IdentityWorld;
  before(async () => {
    world = await createIdentityWorld();
  });
  after(() => world.dispose());

  const reason = async (user: User) => (await approverProblem(world.parts.home, user))?.reason;

  it('are by who is signed in, never by a name that was typed', async () => {
    expect(await reason(named('carol'))).to.equal('Forbidden');
    const ada = await world.user('ada');
    expect(await reason(named('carol'))).to.equal('Forbidden');
    expect(await reason(ada)).to.equal(undefined);
  });

  it('begin with the first account, as is said where there is none, and what to do where there is nobody else', async () => {
    const fresh = await createIdentityWorld();
    const remedy = async () => (await approverProblem(fresh.parts.home, named('carol')))?.remedy;
    expect(await remedy())
      .to.contain('pilotage user create NAME')
      .and.contain('Whoever works alone')
      .and.contain('pilotage accept');
    await fresh.user('ada');
    expect(await remedy()).to.equal('pilotage login, then: pilotage approve.');
    await fresh.dispose();
  });

  it('are never by a robot, nor by a token that somebody else made', async () => {
    const eve = await world.user('eve');
    const robot = await world.actions.createToken(eve, { name: 'ci', robot: true });
    const given = await world.actions.createToken(named('root'), {
      owner: 'eve',
      name: 'given',
      robot: false,
    });
    const own = await world.actions.createToken(eve, { name: 'own', robot: false });
    const of = async (token: string) => reason((await world.known(token)) as User);
    expect(await of(robot.token)).to.equal('Forbidden');
    expect(await of(given.token)).to.equal('Forbidden');
    expect(await of(own.token)).to.equal(undefined);
  });

  it('do not count for work under another name or address of the same account', () => {
    const approval = { by: 'ada', aliases: ['Ada Lovelace', 'countess@example.com'] };
    expect(peopleBehind([approval], ['Somebody <countess@example.com>']).own).to.deep.equal(['ada']);
    expect(peopleBehind([approval], ['Bob <bob@example.com>']).independent).to.deep.equal(['ada']);
  });
});
