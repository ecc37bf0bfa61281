import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Problem, problemOf } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { isExpired } from '../../../src/kube/values/status.ts';
import { restoreSnapshot, snapshotLines } from '../../../src/orchestrator/store/snapshot.ts';
import { openStore } from '../../../src/orchestrator/store/store.ts';
import type { Store } from '../../../src/orchestrator/store/types.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { type Bench, createBench, put, stateOf, THINGS } from './harness.ts';

describe('a snapshot of the store', () => {
  let bench: Bench;
  let dir: string;
  const opened: Store[] = [];
  beforeEach(async () => {
    bench = await createBench();
    dir = await mkdtemp(join(tmpdir(), 'pilotage-restore-'));
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await bench.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  const file = () => join(dir, 'restore.jsonl');
  const target = () => join(dir, 'store');
  async function restored(text: string | Buffer): Promise<Store> {
    await writeFile(file(), text);
    await restoreSnapshot(target(), file());
    const store = await openStore({ dir: target(), clock: new FakeClock(), logger: silentLogger });
    opened.push(store);
    return store;
  }
  const snapshotOf = (store: Store): Buffer => Buffer.concat([...snapshotLines(store)]);
  const refused = (text: string): Promise<Problem> =>
    restored(text).then(() => expect.fail('it was taken'), problemOf);
  const exists = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );

  it('makes a store that holds the same objects at their revisions', async () => {
    const store = await bench.open();
    await Promise.all(Array.from({ length: 2500 }, (_, i) => put(store, `t${i % 1200}`, i)));
    const copy = await restored(snapshotOf(store));
    expect(stateOf(copy.list(THINGS))).to.deep.equal(stateOf(store.list(THINGS)));
    const revisions = (of: Store) => of.list(THINGS).map((entry) => entry.revision);
    expect(revisions(copy)).to.deep.equal(revisions(store));
  });

  it('is of one revision, although writes go on while it is read', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    const lines = snapshotLines(store);
    const first = lines.next().value as Buffer;
    await put(store, 'a', 2);
    await put(store, 'b', 1);
    const copy = await restored(Buffer.concat([first, ...lines]));
    expect(stateOf(copy.list(THINGS))).to.deep.equal('a=1');
  });

  it('never gives a revision again that a client may have seen, and forgets what it cannot tell', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    const copy = await restored(snapshotOf(store));
    const next = await put(copy, 'a', 2);
    expect(next.revision).to.be.greaterThan(1_000_000);
    expect(() => copy.watch(THINGS, 1))
      .to.throw()
      .that.satisfies(isExpired);
  });

  it('is taken once, and its file is gone then', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    await restored(snapshotOf(store));
    expect(await exists(file())).to.equal(false);
    await restoreSnapshot(target(), file());
  });

  it('of a restore that was cut short is begun anew', async () => {
    const store = await bench.open();
    await put(store, 'a', 1);
    await openStore({ dir: `${target()}.restoring`, clock: new FakeClock(), logger: silentLogger }).then(
      (half) => half.close(),
    );
    expect(stateOf((await restored(snapshotOf(store))).list(THINGS))).to.deep.equal('a=1');
  });

  for (const [what, text] of [
    ['ends too early', '{"format":1,"revision":1}\n'],
    ['misses an object', '{"format":1,"revision":1}\n{"end":1}\n'],
    ['is not JSON', '{"format":1,"revision":1}\n{"key":'],
    ['is of another format', '{"format":9,"revision":1}\n{"end":0}\n'],
    ['is empty', ''],
  ] as const) {
    it(`that ${what} is refused, and leaves no store`, async () => {
      expect((await refused(text)).reason).to.equal('BackupDamaged');
      expect(await exists(target())).to.equal(false);
    });
  }
});
