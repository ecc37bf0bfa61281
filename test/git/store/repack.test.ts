import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { objectsToSend } from '../../../src/git/history/reachable.ts';
import { OpenFiles } from '../../../src/git/pack/open-files.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { ObjectStore } from '../../../src/git/store/object-store.ts';
import { writePack } from '../../../src/git/store/pack-writer.ts';
import { addPack } from '../../../src/git/store/quarantine.ts';
import { repack, smallest } from '../../../src/git/store/repack.ts';
import type { Oid } from '../../../src/git/types.ts';
import { bring } from '../support/bring.ts';
import { drop, hasGit, hermetic, scratch } from '../support/git.ts';
import { commit, randomHistory, seeded } from '../support/history.ts';

/** Pack files that this process holds open below a folder. */
const openPacks = (dir: string): number =>
  Number(
    execFileSync('/bin/sh', ['-c', `ls -l /proc/${process.pid}/fd | grep -c '${dir}.*\\.pack' || true`], {
      encoding: 'utf8',
    }),
  );

describe('packs of many pushes', () => {
  let dir: string;
  let from: OpenRepository;
  let to: OpenRepository;
  beforeEach(async () => {
    dir = scratch();
    from = await openRepository(join(dir, 'from.git'), { create: true });
    to = await openRepository(join(dir, 'to.git'), { create: true });
  });
  afterEach(() => {
    from.close();
    to.close();
    drop(dir);
  });
  const packs = () => readdirSync(join(to.dir, 'objects/pack')).filter((name) => name.endsWith('.pack'));
  /** A history that came in one pack per commit. */
  const manyPacks = async (seed: number, count: number): Promise<readonly Oid[]> => {
    const commits = await randomHistory(from, seeded(seed), count);
    for (const [i, oid] of commits.entries()) await bring(from, to, [oid], commits.slice(0, i));
    return commits;
  };
  const expectWhole = async (commits: readonly Oid[], repository = to): Promise<void> => {
    for (const oid of await objectsToSend(from.store, { tips: commits })) {
      expect(repository.store.find(oid)?.content.equals(from.store.read(oid).content), oid).to.equal(true);
    }
  };

  it('are merged once there are more than twenty, and every object is the same', async () => {
    const commits = await manyPacks(1, 21);
    expect(packs()).to.have.length(21);
    expect(await to.tidy()).to.equal(21);
    expect(packs()).to.have.length(1);
    await expectWhole(commits);
    await expectWhole(commits, await openRepository(to.dir));
    if (hasGit()) execFileSync('git', ['fsck', '--strict', '--full'], { cwd: to.dir, env: hermetic(dir) });
    expect(await to.tidy()).to.equal(0);
  });

  it('are merged by size: a large history is not copied for every few pushes', () => {
    const merged = (...counts: readonly number[]) =>
      smallest(counts.map((count) => ({ index: { count } as never }))).length;
    expect(merged(3, 3, 3, 10_000)).to.equal(3);
    expect(merged(10_000, 1, 3, 8_000)).to.equal(4);
    expect(merged(...Array.from({ length: 21 }, () => 3))).to.equal(21);
  });

  it('can be read and sent while they are merged', async () => {
    const commits = await manyPacks(2, 25);
    const tip = commits.at(-1) ?? '';
    const sending = writePack(to.store, await objectsToSend(to.store, { tips: [tip] }), { ofsDelta: true });
    // Its sources are chosen, nothing is read yet.
    const first = await sending.next();
    to.close();
    await to.tidy();
    const other = await openRepository(join(dir, 'other.git'), { create: true });
    await addPack(
      other.dir,
      other.store,
      (async function* () {
        if (first.value) yield first.value;
        yield* sending;
      })(),
    );
    expect((await other.log(tip, { allParents: true })).length).to.be.greaterThan(0);
    other.close();
  });

  it('stay as they are when one of them is damaged', async () => {
    await manyPacks(3, 21);
    const [name = ''] = packs();
    const path = join(to.dir, 'objects/pack', name);
    damage(path, 20);
    const problem = await to.tidy().then(
      () => undefined,
      (error) => problemOf(error),
    );
    expect(problem?.message).to.match(/damaged|cannot be (read|decompressed)/);
    expect(packs()).to.have.length(21);
    expect(readdirSync(join(to.dir, 'objects/pack')).filter((one) => one.startsWith('tmp_'))).to.deep.equal(
      [],
    );
  });

  it('are left alone where git was told to keep one, or is at work itself', async () => {
    await manyPacks(4, 21);
    writeFileSync(join(to.dir, 'gc.pid'), `${process.pid} localhost`);
    expect(await repack(to.store)).to.equal(0);
    rmSync(join(to.dir, 'gc.pid'));
    const [kept = ''] = packs();
    writeFileSync(join(to.dir, 'objects/pack', kept.replace(/pack$/, 'keep')), '');
    await repack(to.store, 5);
    expect(packs()).to.contain(kept).and.to.have.length(2);
  });

  it('leave nothing for ever that a crash left half-written', async () => {
    const folder = join(to.dir, 'objects/pack');
    const names = ['tmp_pilotage_1', 'pack-young.pack', 'pack-old.pack'].map((name) => join(folder, name));
    for (const name of names) writeFileSync(name, 'half');
    utimesSync(join(folder, 'pack-old.pack'), 0, 0);
    to.close();
    to = await openRepository(to.dir);
    expect(names.map((name) => existsSync(name))).to.deep.equal([false, true, false]);
  });

  it('hold few descriptors, however many there are', async () => {
    const commits = await manyPacks(5, 80);
    await expectWhole(commits);
    expect(openPacks(to.dir)).to.be.at.most(16);
    to.close();
    expect(openPacks(to.dir)).to.equal(0);
    // Closed is not gone: who still holds the repository reads on.
    expect(to.store.read(commits[0] ?? '').type).to.equal('commit');
  });
});

describe('open files', () => {
  it('close what was used longest ago', () => {
    const dir = scratch();
    const files = new OpenFiles(2);
    for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, name), name);
    const a = files.get(join(dir, 'a'));
    files.get(join(dir, 'b'));
    expect(files.get(join(dir, 'a'))).to.equal(a);
    files.get(join(dir, 'c'));
    expect(files.size).to.equal(2);
    expect(files.get(join(dir, 'a'))).to.equal(a);
    for (const name of ['a', 'b', 'c']) files.close(join(dir, name));
    expect(files.size).to.equal(0);
    drop(dir);
  });
});

describe('a damaged pack', () => {
  let dir: string;
  let repository: OpenRepository;
  const packDir = () => join(repository.dir, 'objects/pack');
  const only = (ending: string): string =>
    join(packDir(), readdirSync(packDir()).find((name) => name.endsWith(ending)) ?? '');
  let tips: Oid[];
  beforeEach(async () => {
    dir = scratch();
    const from = await openRepository(join(dir, 'from.git'), { create: true });
    repository = await openRepository(join(dir, 'shop.git'), { create: true });
    tips = [await commit(from, { a: 'x'.repeat(500), 'b/c': 'y' }), await commit(from, { d: 'z' })];
    const [first = ''] = tips;
    const oids = await objectsToSend(from.store, { tips: [first] });
    await addPack(repository.dir, repository.store, writePack(from.store, oids, { ofsDelta: true }));
    from.close();
  });
  afterEach(() => {
    repository.close();
    drop(dir);
  });
  const problemWith = (oid: Oid) => {
    try {
      repository.store.read(oid);
      return undefined;
    } catch (error) {
      return problemOf(error);
    }
  };

  it('is named, with its repository and what unblocks it, wherever a byte of it is wrong', () => {
    const path = only('.pack');
    const [tip = ''] = tips;
    const whole = readFileSync(path);
    repository.store.rescan();
    const { offset } = repository.store.packed(tip) ?? { offset: 0 };
    for (let at = offset; at < offset + 40; at++) {
      damage(path, at);
      const damaged = new ObjectStore(join(repository.dir, 'objects'));
      expect(() => damaged.read(tip), `byte ${at}`).to.throw(path);
      rewrite(path, whole);
    }
    damage(path, offset + 5);
    expect(problemWith(tip)).to.include({ reason: 'CorruptPack' });
    expect(problemWith(tip)?.message).to.contain(path);
    expect(problemWith(tip)?.remedy).to.contain('backup');
  });

  it('whose index is wrong is named too, with how to make the index again', async () => {
    const path = only('.idx');
    damage(path, 1100);
    repository.close();
    repository = await openRepository(repository.dir);
    const problem = problemWith(tips[0] ?? '');
    expect(problem).to.include({ reason: 'CorruptPack' });
    expect(problem?.message).to.contain(path);
    expect(problem?.remedy).to.contain('git index-pack');
  });

  it('whose file is missing is named', async () => {
    rmSync(only('.pack'));
    repository.close();
    repository = await openRepository(repository.dir);
    expect(problemWith(tips[0] ?? '')?.message).to.contain('is damaged: it cannot be opened (ENOENT)');
  });
});

/** Flips bits of one byte of a file that may be read-only. */
function damage(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x15;
  rewrite(path, bytes);
}

function rewrite(path: string, bytes: Buffer): void {
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}
