import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ClassicLevel } from 'classic-level';
import { problemOf } from '../../../src/base/errors.ts';
import { isExpired, isStatus } from '../../../src/kube/values/status.ts';
import { type Disk, openDisk } from '../../../src/orchestrator/store/disk.ts';
import { StaleRevision } from '../../../src/orchestrator/store/failures.ts';
import { ABSENT } from '../../../src/orchestrator/store/types.ts';
import {
  type Bench,
  createBench,
  keyOf,
  nextChanges,
  put,
  remove,
  stateOf,
  THINGS,
  thing,
} from './harness.ts';

describe('store', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.dispose());

  it('gives every write one revision, strictly rising, which is its resourceVersion', async () => {
    const store = await bench.open();
    const entries = [await put(store, 'a', 1), await put(store, 'b', 1), await put(store, 'a', 2)];
    expect(entries.map((entry) => entry.revision)).to.deep.equal([1, 2, 3]);
    expect(entries.map((entry) => entry.object.metadata.resourceVersion)).to.deep.equal(['1', '2', '3']);
    expect(store.revision).to.equal(3);
  });

  it('does not write what is there already', async () => {
    const store = await bench.open();
    const first = await put(store, 'a', 1);
    expect(await put(store, 'a', 1)).to.equal(first);
    expect(store.revision).to.equal(1);
  });

  it('shares one frozen object and one buffer between get, list and watch', async () => {
    const store = await bench.open();
    const watcher = store.watch(THINGS, 0);
    const entry = await put(store, 'a', 1);
    expect(store.get(keyOf('a'))).to.equal(entry);
    expect(store.list(THINGS)[0]).to.equal(entry);
    expect((await watcher.next())?.[0]?.entry).to.equal(entry);
    expect(entry.bytes()).to.equal(entry.bytes());
    expect(Object.isFrozen(entry.object.metadata)).to.equal(true);
  });

  it('lists by prefix, ordered by key', async () => {
    const store = await bench.open();
    for (const name of ['c', 'a', 'b']) await put(store, name, 1);
    await store.put('core/configmaps/default-2/z', thing('z', 1), ABSENT);
    await store.put('core/configmapses/default/z', thing('z', 1), ABSENT);
    expect(stateOf(store.list(`${THINGS}default/`))).to.equal('a=1 b=1 c=1');
    expect(stateOf(store.list(THINGS))).to.equal('z=1 a=1 b=1 c=1');
  });

  it('decides on what is staged and answers with what is published', async () => {
    const store = await bench.open();
    const staged = put(store, 'a', 1);
    expect(store.latest(keyOf('a'))?.revision).to.equal(1);
    expect(stateOf(store.latestIn(THINGS))).to.equal('a=1');
    expect(store.get(keyOf('a'))).to.equal(undefined);
    expect(store.revision).to.equal(0);
    await staged;
    expect(stateOf(store.list(THINGS))).to.equal('a=1');
  });

  it('refuses a write that was decided on a revision which is not the latest, staged ones included', async () => {
    const store = await bench.open();
    const first = put(store, 'a', 1);
    const decidedBefore = [
      store.put(keyOf('a'), thing('a', 2), ABSENT),
      store.delete(keyOf('a'), ABSENT),
      store.delete(keyOf('b'), 1),
    ];
    const refused = await Promise.allSettled(decidedBefore);
    expect(
      refused.map((one) => one.status === 'rejected' && one.reason instanceof StaleRevision),
    ).to.deep.equal([true, true, true]);
    const { revision } = await first;
    await store.put(keyOf('a'), thing('a', 3), revision);
    expect(stateOf(store.list(THINGS))).to.equal('a=3');
  });

  it('commits concurrent writes together, in order', async () => {
    let commits = 0;
    const counting = (disk: Disk): Disk => ({
      ...disk,
      commit: (rows, revision) => {
        commits++;
        return disk.commit(rows, revision);
      },
    });
    const store = await bench.open({ wrap: counting });
    const revisions = await Promise.all([...'abcdefgh'].map((name) => put(store, name, 1)));
    expect(revisions.map((entry) => entry.revision)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(commits).to.equal(1);
  });

  it('finds everything again after a restart, revisions and watch history included', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    await put(store, 'b', 1);
    await put(store, 'a', 2);
    await remove(store, 'b');
    await store.close();

    const again = await bench.open();
    expect(again.revision).to.equal(4);
    expect(stateOf(again.list(THINGS))).to.equal('a=2');
    expect(await nextChanges(again.watch(THINGS, 0))).to.equal('+a=1 +b=1 ~a=2 -b');
    expect((await put(again, 'c', 1)).revision).to.equal(5);
  });

  it('never reuses a revision, even when the newest write was a deletion that is compacted', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    await remove(store, 'a');
    await bench.clock.advance(10 * 60_000);
    await store.close();
    expect((await put(await bench.open(), 'a', 1)).revision).to.equal(3);
  });

  describe('watch', () => {
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
      expect(() => store.watch(THINGS, 9)).to.throw('Too large resource version: 9, current: 0');
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

  describe('listAt', () => {
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

  describe('a disk that refuses', () => {
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

  it('refuses a second opener and names the first', async () => {
    await bench.open();
    const problem = await bench.open().then(() => undefined, problemOf);
    expect(problem?.reason).to.equal('DataDirectoryInUse');
    expect(problem?.message).to.equal(
      `another Pilotage daemon (pid ${process.pid}) uses this data directory: ${bench.dir}`,
    );
  });

  it('refuses to open when its log and its index disagree, and names what is affected', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    await store.close();
    const database = new ClassicLevel(join(bench.dir, 'db'));
    await database.del(`latest/${keyOf('a')}`);
    await database.close();
    const problem = await bench.open().then(() => undefined, problemOf);
    expect(problem?.reason).to.equal('StoreDamaged');
    expect(problem?.details).to.deep.equal([`log and index disagree on: ${keyOf('a')}`]);
  });

  it('opens a directory that cannot be written with a clear error', async () => {
    const file = join(bench.dir, 'file');
    await writeFile(file, '');
    const problem = await openDisk(join(file, 'data')).then(() => undefined, problemOf);
    expect(problem?.reason).to.equal('DataDirectoryUnusable');
    expect(problem?.remedy).to.include('--data-dir');
  });
});
