import { expect } from 'chai';
import { isExpired } from '../../../src/kube/values/status.ts';
import { type Bench, createBench, nextChanges, put, remove, stateOf, THINGS } from './harness.ts';

describe('a watch of the store', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.dispose());

  it('replays what came after the revision, then goes on live', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    const watcher = store.watch(THINGS, 1);
    await put(store, 'b', 1);
    expect(await nextChanges(watcher)).to.equal('+b=1');
    await Promise.all([put(store, 'b', 2), remove(store, 'a')]);
    expect(await nextChanges(watcher)).to.equal('~b=2 -a');
  });

  it('tells a deletion with the last state at the revision of the deletion', async () => {
    const store = await bench.open();
    await put(store, 'a', 7);
    const watcher = store.watch(THINGS, 1);
    await remove(store, 'a');
    const [change] = (await watcher.next()) ?? [];
    expect(change?.entry.object.metadata.resourceVersion).to.equal('2');
    expect(stateOf(change ? [change.entry] : [])).to.equal('a=7');
  });

  it('from the future is an error', async () => {
    const store = await bench.open();
    expect(() => store.watch(THINGS, 9)).to.throw('Timeout: Too large resource version: 9, current: 0');
  });

  it('from before compaction is Expired, before and after a restart', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    await put(store, 'a', 2);
    await bench.clock.advance(10 * 60_000);
    expect(() => store.watch(THINGS, 1))
      .to.throw()
      .that.satisfies(isExpired);
    await store.close();

    const again = await bench.open();
    expect(() => again.watch(THINGS, 1))
      .to.throw()
      .that.satisfies(isExpired);
    expect(stateOf(again.list(THINGS))).to.equal('a=2');
    const watcher = again.watch(THINGS, 2);
    await put(again, 'a', 3);
    expect(await nextChanges(watcher)).to.equal('~a=3');
  });

  it('keeps no more changes than the policy says', async () => {
    const store = await bench.open({ history: { maxChanges: 2, maxAgeMs: 3_600_000 } });
    for (const value of [1, 2, 3, 4]) await put(store, 'a', value);
    await bench.clock.advance(30_000);
    expect(() => store.watch(THINGS, 1))
      .to.throw()
      .that.satisfies(isExpired);
    expect(await nextChanges(store.watch(THINGS, 2))).to.equal('~a=3 ~a=4');
  });

  it('keeps no more bytes than the policy says, and does not wait for the next compaction', async () => {
    const history = { maxChanges: 1_000, maxBytes: 4_000, maxAgeMs: 3_600_000 };
    const store = await bench.open({ history });
    for (let value = 0; value < 100; value++) {
      await put(store, 'a', value);
      await bench.clock.advance(1);
    }
    expect(() => store.watch(THINGS, 1))
      .to.throw()
      .that.satisfies(isExpired);
    const bytes = store.list(THINGS)[0]?.bytes().length ?? 0;
    const kept = (await store.watch(THINGS, store.revision - Math.floor(4_000 / bytes)).next()) ?? [];
    expect(kept.length).to.equal(Math.floor(4_000 / bytes));
  });

  it('drops a watcher that is too slow after what it had, without a gap, and spares the others', async () => {
    const store = await bench.open({ watcherCapacity: 3 });
    const slow = store.watch(THINGS, 0);
    const quick = store.watch(THINGS, 0);
    for (const value of [1, 2, 3]) await put(store, 'a', value);
    expect(await nextChanges(quick)).to.equal('+a=1 ~a=2 ~a=3');
    await put(store, 'a', 4);
    expect(await nextChanges(slow)).to.equal('+a=1 ~a=2 ~a=3');
    expect(await slow.next()).to.equal(undefined);
    expect(await nextChanges(quick)).to.equal('~a=4');
    expect(await nextChanges(store.watch(THINGS, 3))).to.equal('~a=4');
  });

  it('ends when the store closes', async () => {
    const store = await bench.open();
    const next = store.watch(THINGS, 0).next();
    await store.close();
    expect(await next).to.equal(undefined);
  });
});

describe('a list of the store at a past revision', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.dispose());

  it('shows the state of a past revision', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    await put(store, 'b', 1);
    await put(store, 'a', 2);
    await remove(store, 'b');
    await put(store, 'c', 1);
    expect(stateOf(store.listAt(THINGS, 2))).to.equal('a=1 b=1');
    expect(stateOf(store.listAt(THINGS, 3))).to.equal('a=2 b=1');
    expect(stateOf(store.listAt(THINGS, 5))).to.equal('a=2 c=1');
  });
});
