import { expect } from 'chai';
import { createAttempts } from '../../../src/identity/oidc/attempts.ts';
import { FakeClock } from '../../fakes/clock.ts';

describe('identity: sign-ins that have begun', () => {
  it('are so many and no more: of too many the oldest is forgotten', () => {
    const attempts = createAttempts<number>(new FakeClock(), 2);
    const secrets = [1, 2, 3].map((value) => attempts.add(value, 'one client'));
    expect(secrets.map(attempts.get)).to.deep.equal([undefined, 2, 3]);
    const strangers = createAttempts<number>(new FakeClock(), 2);
    const each = [1, 2, 3].map((value) => strangers.add(value, `client ${value}`));
    expect(each.map(strangers.get)).to.deep.equal([undefined, 2, 3]);
  });

  it('of a client that begins many are forgotten before those of others', () => {
    const attempts = createAttempts<string>(new FakeClock(), 4);
    const mine = attempts.add('mine', 'me');
    const theirs = Array.from({ length: 9 }, (_, i) => attempts.add(`theirs ${i}`, 'them'));
    expect(attempts.get(mine)).to.equal('mine');
    expect(theirs.map(attempts.get).filter((value) => value !== undefined)).to.have.length(3);
    const other = attempts.add('other', 'somebody else');
    expect([mine, other].map(attempts.get)).to.deep.equal(['mine', 'other']);
  });

  it('have room for a client that has two fewer than another, and for no more of that one', () => {
    const attempts = createAttempts<number>(new FakeClock(), 3);
    for (const value of [1, 2, 3]) attempts.add(value, 'them');
    expect(['them', 'me'].map(attempts.hasRoom)).to.deep.equal([false, true]);
    attempts.add(4, 'me');
    expect(['them', 'me', 'new'].map(attempts.hasRoom)).to.deep.equal([false, false, true]);
  });

  it('are gone after ten minutes, and once they are taken', async () => {
    const clock = new FakeClock();
    const attempts = createAttempts<number>(clock, 10);
    const first = attempts.add(1, '');
    await clock.advance(5 * 60_000);
    const second = attempts.add(2, '');
    await clock.advance(5 * 60_000);
    expect([first, second].map(attempts.take)).to.deep.equal([undefined, 2]);
    expect(attempts.take(second)).to.equal(undefined);
  });
});
