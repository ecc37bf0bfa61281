import { expect } from 'chai';
import { boundGarbage } from '../../src/base/heap.ts';
import { FakeClock } from '../fakes/clock.ts';

const MIB = 1 << 20;

describe('garbage of the heap', () => {
  it('is collected once enough of it stands, and not while little is allocated', async () => {
    const clock = new FakeClock();
    let heap = 50 * MIB;
    let collections = 0;
    const stop = boundGarbage({
      clock,
      heapUsed: () => heap,
      collect: () => {
        collections += 1;
        heap = 52 * MIB;
      },
    });
    await clock.advance(60_000);
    expect(collections, 'at rest').to.equal(0);
    heap = 90 * MIB;
    await clock.advance(10_000);
    expect(collections, 'after 40 MiB').to.equal(1);
    heap = 80 * MIB;
    await clock.advance(60_000);
    expect(collections, '28 MiB above what was live').to.equal(1);
    heap = 300 * MIB;
    await clock.advance(2_000);
    expect(collections, 'much of it, at once').to.equal(2);
    stop();
    heap = 500 * MIB;
    await clock.advance(60_000);
    expect(collections, 'when it is over').to.equal(2);
  });

  it('is collected by V8 itself', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const stop = boundGarbage({ clock, heapUsed: () => (asked++ === 0 ? 0 : 100 * MIB) });
    await clock.advance(10_000);
    stop();
    expect(asked).to.be.greaterThan(2);
  });
});
