import { expect } from 'chai';
import { later } from '../../src/base/later.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('work that begins later', () => {
  let clock: FakeClock;
  let begun: number;
  const work = async () => {
    begun += 1;
  };
  beforeEach(() => {
    clock = new FakeClock();
    begun = 0;
  });

  it('does not begin where it is called off before', async () => {
    const end = later(clock, 100, work);
    await clock.advance(99);
    await end();
    await clock.advance(100);
    expect(begun).to.equal(0);
  });

  it('is awaited, and fails for the one who ends it, where it has begun', async () => {
    const end = later(clock, 100, async () => {
      await work();
      throw new Error('it failed');
    });
    await clock.advance(100);
    expect(begun).to.equal(1);
    expect(await end().catch(({ message }) => message)).to.equal('it failed');
  });

  it('never begins without a time', async () => {
    const end = later(clock, undefined, work);
    await clock.advance(10_000);
    await end();
    expect(begun).to.equal(0);
  });
});
