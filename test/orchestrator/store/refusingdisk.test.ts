import { expect } from 'chai';
import { isStatus } from '../../../src/kube/values/status.ts';
import type { Disk } from '../../../src/orchestrator/store/disk.ts';
import { type Bench, createBench, keyOf, nextChanges, put, stateOf, THINGS } from './harness.ts';

describe('the store on a disk that refuses', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.dispose());

  const failing =
    (state: { refuses: boolean; keeps?: boolean }) =>
    (disk: Disk): Disk => ({
      ...disk,
      async commit(rows, revision) {
        if (!state.refuses) return disk.commit(rows, revision);
        if (state.keeps) await disk.commit(rows, revision);
        throw new Error('IO error: No space left on device');
      },
    });

  it('fails the write with the cause, fails what is staged behind it, and goes on answering reads', async () => {
    const state = { refuses: false };
    const store = await bench.open({ wrap: failing(state) });
    await put(store, 'a', 1);
    state.refuses = true;
    const outcomes = await Promise.allSettled([put(store, 'a', 2), put(store, 'b', 1), store.settled()]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
    const [first] = outcomes;
    const error = first.status === 'rejected' ? first.reason : undefined;
    expect(isStatus(error, 'ServiceUnavailable')).to.equal(true);
    expect(error.message).to.include('No space left on device').and.include(bench.dir);
    expect(stateOf(store.list(THINGS))).to.equal('a=1');
    expect(store.latest(keyOf('b'))).to.equal(undefined);
  });

  it('writes again once there is room, with revisions that still rise', async () => {
    const state = { refuses: true };
    const store = await bench.open({ wrap: failing(state) });
    await put(store, 'a', 1).catch(() => {});
    state.refuses = false;
    expect((await put(store, 'b', 1)).revision).to.equal(2);
    await store.close();
    expect(stateOf((await bench.open()).list(THINGS))).to.equal('b=1');
  });

  it('publishes a write that turned out durable although the disk said no', async () => {
    const state = { refuses: true, keeps: true };
    const store = await bench.open({ wrap: failing(state) });
    const watcher = store.watch(THINGS, 0);
    await put(store, 'a', 1).catch(() => {});
    state.refuses = false;
    await put(store, 'b', 1).catch(() => {});
    expect(await nextChanges(watcher)).to.equal('+a=1');
    expect(stateOf(store.list(THINGS))).to.equal('a=1');
    expect((await put(store, 'b', 1)).revision).to.equal(3);
  });
});
