import { expect } from 'chai';
import { createAttempts } from '../../../src/identity/oidc/attempts.ts';
import { FakeClock } from '../../fakes/clock.ts';

describe('identity: sign-ins that have begun', () => {
  it('are so many and no more: of too many the oldest is forgotten', () => {
    const attempts = createAttempts<number>(new FakeClock(), 2);
    const secrets = [1, 2, 3].map((value) => attempts.add(value));
    expect(secrets.map(attempts.get)).to.deep.equal([undefined, 2, 3]);
    expect(attempts.count()).to.equal(2);
  });

  it('are gone after ten minutes, and once they are taken', async () => {
    const clock = new FakeClock();
    const attempts = createAttempts<number>(clock, 10);
    const first = attempts.add(1);
    await clock.advance(5 * 60_000);
    const second = attempts.add(2);
    await clock.advance(5 * 60_000);
    expect([first, second].map(attempts.take)).to.deep.equal([undefined, 2]);
    expect(attempts.take(second)).to.equal(undefined);
    expect(attempts.count()).to.equal(0);
  });
});
