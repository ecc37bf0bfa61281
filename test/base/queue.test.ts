import { expect } from 'chai';
import { backoffMs, createWorkQueue, type WorkQueueOptions } from '../../src/base/queue.ts';
import { FakeClock, settle } from '../fakes/clock.ts';

function setUp(options: Partial<WorkQueueOptions> = {}) {
  const clock = new FakeClock();
  const worked: string[] = [];
  const retries: number[] = [];
  const queue = createWorkQueue({
    clock,
    work: async (key) => {
      worked.push(key);
      return undefined;
    },
    onFailure: ({ retryMs }) => retries.push(retryMs),
    ...options,
  });
  return { clock, worked, retries, queue };
}

/** Work that ends only when told. */
function gate() {
  const open: (() => void)[] = [];
  return { open, wait: () => new Promise<void>((resolve) => open.push(resolve)) };
}

describe('work queue', () => {
  it('works once on a key that was added many times', async () => {
    const { worked, queue } = setUp();
    for (let i = 0; i < 5; i++) queue.add('a');
    queue.add('b');
    await settle();
    expect(worked).to.deep.equal(['a', 'b']);
    expect(queue.size).to.equal(0);
  });

  it('never works on one key twice at the same time, and works again on one that was added meanwhile', async () => {
    const door = gate();
    const { queue } = setUp({
      concurrency: 4,
      work: async () => {
        await door.wait();
        return undefined;
      },
    });
    queue.add('a');
    await settle();
    queue.add('a');
    queue.add('a');
    await settle();
    expect(door.open).to.have.length(1);
    door.open[0]?.();
    await settle();
    expect(door.open).to.have.length(2);
    door.open[1]?.();
    await settle();
    expect(door.open).to.have.length(2);
  });

  it('works on as many keys at a time as it was allowed', async () => {
    const door = gate();
    const { queue } = setUp({ concurrency: 2, work: async () => door.wait().then(() => undefined) });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await settle();
    expect(door.open).to.have.length(2);
    door.open[0]?.();
    await settle();
    expect(door.open).to.have.length(3);
  });

  it('waits longer after each failure, up to the cap, and starts afresh after a success', async () => {
    let broken = true;
    const { clock, retries, queue } = setUp({
      baseDelayMs: 10,
      maxDelayMs: 50,
      work: async () => {
        if (broken) throw new Error('broken');
        return undefined;
      },
    });
    queue.add('a');
    await clock.advance(10 + 20 + 40);
    expect(retries).to.deep.equal([10, 20, 40, 50]);
    broken = false;
    await clock.advance(50);
    broken = true;
    queue.add('a');
    await clock.advance(0);
    expect(retries.at(-1)).to.equal(10);
  });

  it('does not make a key in back-off wait when it is added', async () => {
    let calls = 0;
    const { queue } = setUp({
      work: async () => {
        if (calls++ === 0) throw new Error('once');
        return undefined;
      },
    });
    queue.add('a');
    await settle();
    queue.add('a');
    await settle();
    expect(calls).to.equal(2);
  });

  it('takes the earliest of several delays', async () => {
    const { clock, worked, queue } = setUp();
    queue.addAfter('a', 100);
    queue.addAfter('a', 30);
    queue.addAfter('a', 60);
    await clock.advance(29);
    expect(worked).to.deep.equal([]);
    await clock.advance(200);
    expect(worked).to.deep.equal(['a']);
  });

  it('comes back to a key when its worker asks for it', async () => {
    const seen: number[] = [];
    const { clock, queue } = setUp({
      work: async () => {
        seen.push(clock.now());
        return seen.length < 3 ? { afterMs: 1000 } : undefined;
      },
    });
    const start = clock.now();
    queue.add('a');
    await clock.advance(5000);
    expect(seen.map((at) => at - start)).to.deep.equal([0, 1000, 2000]);
  });

  it('lets a key that calls for itself without end come fifty times a second, and others in between', async () => {
    const { clock, worked, queue } = setUp({
      concurrency: 2,
      work: async (key) => {
        worked.push(key);
        if (key !== 'honest') queue.add(key);
        return undefined;
      },
    });
    queue.add('spinning');
    await clock.advance(0);
    queue.add('honest');
    await clock.advance(999);
    expect(worked.filter((key) => key === 'spinning')).to.have.length(50);
    expect(worked.at(-1)).to.equal('honest');
    await clock.advance(2_000);
    expect(worked.filter((key) => key === 'spinning').length).to.be.within(100, 150);
    await queue.stop();
  });

  it('lets the event loop turn while keys call for each other', async () => {
    let worked = 0;
    let next = 0;
    const { queue } = setUp({
      concurrency: 8,
      work: async () => {
        worked += 1;
        queue.add(String(next++));
        return undefined;
      },
    });
    queue.add('first');
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(worked).to.be.greaterThan(0);
    await queue.stop();
  });

  it('stops: aborts what is under way, waits for it, and hands out nothing more', async () => {
    let aborted = false;
    const { clock, queue } = setUp({
      work: (_key, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve(undefined);
          });
        }),
    });
    queue.add('a');
    queue.addAfter('b', 10);
    await settle();
    await queue.stop();
    queue.add('c');
    await clock.advance(100);
    expect(aborted).to.equal(true);
    expect(queue.size).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('never backs off less than before', () => {
    for (let n = 1; n < 2000; n++)
      expect(backoffMs(n + 1, 50, 60_000)).to.be.at.least(backoffMs(n, 50, 60_000));
  });
});
