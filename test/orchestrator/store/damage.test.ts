import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ClassicLevel } from 'classic-level';
import { type Problem, problemOf } from '../../../src/base/errors.ts';
import type { Store } from '../../../src/orchestrator/store/types.ts';
import { type Bench, createBench, keyOf, put, stateOf, THINGS } from './harness.ts';

describe('a store that is damaged', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.dispose());

  /** Ten objects whose log is not yet compacted, of a process that is gone. */
  const fill = async (): Promise<void> => {
    const store = await bench.open();
    for (let i = 0; i < 10; i++) await put(store, `object-${i}`, i);
    await store.close();
  };
  const refusal = (): Promise<Problem | undefined> =>
    bench.open().then(
      () => undefined,
      (error) => problemOf(error),
    );
  const edit = async (change: (database: ClassicLevel<string, Buffer>) => Promise<void>): Promise<void> => {
    const database = new ClassicLevel<string, Buffer>(join(bench.dir, 'db'), { valueEncoding: 'buffer' });
    await database.open();
    await change(database);
    await database.close();
  };
  const rowKey = (revision: number): string => `log/${String(revision).padStart(16, '0')}`;
  const count = (store: Store): number => store.list(THINGS).length;

  it('opens as ever while nothing is lost, also where a daemon of before wrote it', async () => {
    await fill();
    await edit(async (database) => {
      await database.del('meta/digest');
      const row = (await database.get(rowKey(3)))?.toString('utf8') ?? '';
      await database.put(rowKey(3), Buffer.from(row.replace(/,"crc":\d+/, '')));
    });
    rmSync(join(bench.dir, 'head'));
    const store = await bench.open();
    expect(count(store)).to.equal(10);
    await put(store, 'more', 1);
    await store.close();
    expect(count(await bench.open())).to.equal(11);
  });

  it('in the middle of its log is refused, and the revisions that are lost are named', async () => {
    await fill();
    await edit(async (database) => {
      // As LevelDB leaves out a whole batch that it cannot read: row and index.
      for (const i of [3, 4]) await database.del(`latest/${keyOf(`object-${i}`)}`);
      for (const revision of [4, 5]) await database.del(rowKey(revision));
    });
    const problem = await refusal();
    expect(problem?.reason).to.equal('StoreDamaged');
    expect(problem?.details).to.deep.equal(['10 objects were there, 8 are; revisions that are not: 4 to 5']);
    expect(problem?.remedy).to.contain('pilotage restore').and.to.contain('--accept-loss');
  });

  it('in any bytes of LevelDB’s own log never loses what was acknowledged without a word', async () => {
    await fill();
    const folder = join(bench.dir, 'db');
    // The bytes of the log of the process that is gone: opening it would move them into a table.
    const name = readdirSync(folder).find((file) => file.endsWith('.log')) ?? '';
    const files = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]));
    const whole = files.get(name) ?? Buffer.alloc(0);
    let refused = 0;
    for (let at = 20; at < whole.length; at += Math.floor(whole.length / 40)) {
      for (const file of readdirSync(folder)) rmSync(join(folder, file));
      for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes);
      const damaged = Buffer.from(whole);
      for (let i = 0; i < 8; i++) damaged[at + i] = (damaged[at + i] ?? 0) ^ 0x5a;
      writeFileSync(join(folder, name), damaged);
      const opened = await bench.open().catch((error) => problemOf(error));
      if ('reason' in opened) {
        expect(opened.reason).to.equal('StoreDamaged');
        refused += 1;
        continue;
      }
      expect(count(opened), `byte ${at}`).to.equal(10);
      await opened.close();
    }
    expect(refused).to.be.greaterThan(20);
  });

  it('at the end of its log is refused too', async () => {
    await fill();
    const folder = join(bench.dir, 'db');
    const name = readdirSync(folder).find((file) => file.endsWith('.log')) ?? '';
    const whole = readFileSync(join(folder, name));
    writeFileSync(join(folder, name), whole.subarray(0, whole.length - 100));
    expect((await refusal())?.details).to.deep.equal([
      'revisions 10 to 10 were acknowledged, and are not there',
    ]);
  });

  it('in the bytes of one row is refused, with its revision', async () => {
    await fill();
    await edit(async (database) => {
      const row = (await database.get(rowKey(7))) ?? Buffer.alloc(0);
      row[row.length - 3] = (row[row.length - 3] ?? 0) ^ 1;
      await database.put(rowKey(7), row);
    });
    expect((await refusal())?.details?.[0]).to.equal('revisions that cannot be read: 7');
  });

  it('in a block of one of LevelDB’s tables is refused, and goes on with the others once a person says so', async () => {
    const filled = await bench.open();
    for (let i = 0; i < 400; i++) await put(filled, `object-${i}`, i);
    await filled.close();
    await edit((database) => database.compactRange('', '~'));
    const table = readdirSync(join(bench.dir, 'db')).find((name) => name.endsWith('.ldb')) ?? '';
    const path = join(bench.dir, 'db', table);
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes.fill(0xff, middle, middle + 500);
    writeFileSync(path, bytes);
    expect((await refusal())?.reason).to.equal('StoreDamaged');
    const store = await bench.open({ acceptLoss: true });
    expect(count(store)).to.be.greaterThan(0).and.lessThan(401);
    await put(store, 'after', 1);
    await store.close();
    expect(await refusal()).to.equal(undefined);
  });

  it('goes on without what is lost once a person says so, and never gives a revision twice', async () => {
    await fill();
    await edit(async (database) => {
      for (const i of [8, 9]) await database.del(`latest/${keyOf(`object-${i}`)}`);
      for (const revision of [9, 10]) await database.del(rowKey(revision));
      await database.put('meta/revision', Buffer.from('8'));
    });
    expect((await refusal())?.reason).to.equal('StoreDamaged');
    const store = await bench.open({ acceptLoss: true });
    expect(count(store)).to.equal(8);
    expect((await put(store, 'more', 1)).revision).to.equal(11);
    await store.close();
    expect(stateOf((await bench.open()).list(THINGS))).to.contain('more=1');
  });
});
