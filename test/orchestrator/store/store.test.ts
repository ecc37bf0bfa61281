import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ClassicLevel } from 'classic-level';
import { problemOf } from '../../../src/base/errors.ts';
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
