import { expect } from 'chai';
import { once, renewed } from '../../src/base/once.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('what takes time to make', () => {
  const counter = () => {
    let count = 0;
    return () => ++count;
  };

  it('is made at its first use, once', () => {
    const get = once(counter());
    expect([get(), get()]).to.deep.equal([1, 1]);
  });

  it('is made again at a use where it may have changed since: resolv.conf is not read for each question', async () => {
    const clock = new FakeClock();
    const get = renewed(counter(), 1_000, clock);
    expect([get(), get()]).to.deep.equal([1, 1]);
    await clock.advance(1_000);
    expect(get()).to.equal(1);
    await clock.advance(1);
    expect([get(), get()]).to.deep.equal([2, 2]);
  });
});
