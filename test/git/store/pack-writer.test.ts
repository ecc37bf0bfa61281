import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { objectsToSend } from '../../../src/git/history/reachable.ts';
import { hashObject } from '../../../src/git/objects/object.ts';
import { type EntryKind, encodeEntryHeader, parseEntryHeader } from '../../../src/git/pack/entry.ts';
import { PackIndex } from '../../../src/git/pack/pack-index.ts';
import { packLimits, readPack } from '../../../src/git/pack/read-pack.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { writePack } from '../../../src/git/store/pack-writer.ts';
import { addPack } from '../../../src/git/store/quarantine.ts';
import type { Oid } from '../../../src/git/types.ts';
import { bring, collect, once } from '../support/bring.ts';
import { drop, Git, hasGit, hermetic, noise, scratch } from '../support/git.ts';
import { commit, randomHistory, seeded } from '../support/history.ts';
import { appending } from '../support/packs.ts';

describe('a pack that is written', () => {
  let dir: string;
  let from: OpenRepository;
  beforeEach(async () => {
    dir = scratch();
    from = await openRepository(join(dir, 'from.git'), { create: true });
  });
  afterEach(() => {
    from.close();
    drop(dir);
  });
  const packDir = () => join(from.dir, 'objects/pack');
  const packs = () => readdirSync(packDir()).filter((name) => name.endsWith('.pack'));
  const write = (oids: readonly Oid[], ofsDelta = true): Promise<Buffer> =>
    collect(writePack(from.store, oids, { ofsDelta }));
  const contentOf = async (bytes: Buffer) => {
    const path = join(dir, 'written.pack');
    writeFileSync(path, bytes);
    const { index } = await readPack(path, packLimits(bytes.length));
    return new PackIndex(index, path);
  };
  /** Reads back as these objects, in one order or another, each once; every delta has its base before it. */
  const expectExact = async (oids: readonly Oid[], ofsDelta = true): Promise<Buffer> => {
    const bytes = await write(oids, ofsDelta);
    const index = await contentOf(bytes);
    expect([...index.oids()].sort()).to.deep.equal([...oids].sort());
    for (const offset of index.order.offsets) {
      const { entry } = parseEntryHeader(bytes.subarray(offset), offset);
      if (entry.kind === 'ref-delta') expect(index.find(entry.base)).to.be.below(offset);
      if (entry.kind === 'ofs-delta') expect(ofsDelta).to.equal(true);
    }
    return bytes;
  };
  /** A history as git packs it, with deltas; gives all its objects. */
  const packedByGit = async (seed: number, count: number): Promise<readonly Oid[]> => {
    const tip = (await randomHistory(from, seeded(seed), count)).at(-1) ?? '';
    await from.moveBranch('main', tip, null);
    execFileSync('git', ['repack', '-adq'], { cwd: from.dir, env: hermetic(dir) });
    execFileSync('git', ['prune-packed'], { cwd: from.dir, env: hermetic(dir) });
    from.close();
    from = await openRepository(from.dir);
    return objectsToSend(from.store, { tips: [tip] });
  };
  const withGit = hasGit() ? it : it.skip;

  withGit('is byte for byte the stored one where that is all that is asked for', async () => {
    const oids = await packedByGit(1, 40);
    const [name = ''] = packs();
    expect((await expectExact(oids)).equals(readFileSync(join(packDir(), name)))).to.equal(true);
  });

  withGit(
    'holds any part of a stored one: deltas on what does not come along become whole objects',
    async () => {
      const oids = await packedByGit(2, 40);
      const random = seeded(2);
      for (const share of [0.05, 0.3, 0.5, 0.7, 0.95, 0.99])
        await expectExact(oids.filter(() => random() < share));
    },
  );

  withGit('names bases by id for a reader that knows no distances', async () => {
    const oids = await packedByGit(3, 40);
    const random = seeded(3);
    await expectExact(oids, false);
    await expectExact(
      oids.filter(() => random() < 0.6),
      false,
    );
  });

  withGit('joins several stored ones and loose objects, each object once', async () => {
    await packedByGit(4, 20);
    const other = await openRepository(join(dir, 'other.git'), { create: true });
    const tips = [await commit(other, { a: 'x'.repeat(300), 'b/c': 'y' }), await commit(other, { b: '1' })];
    await bring(other, from, [tips[0] ?? '']);
    await bring(other, from, tips);
    const loose = await commit(from, { loose: '1', a: 'x'.repeat(300) }, tips);
    const main = (await from.branches()).main ?? '';
    await expectExact(await objectsToSend(from.store, { tips: [loose, main] }));
    other.close();
  });

  it('never begins with a delta whose base comes after it, as a stored one may', async () => {
    const text = 'x'.repeat(500);
    const base = Buffer.from(text);
    const delta = appending(base.length, 'y');
    const entry = (kind: EntryKind, content: Buffer) =>
      Buffer.concat([encodeEntryHeader(kind, content.length, 12), deflateSync(content)]);
    const body = Buffer.concat([
      Buffer.from('5041434b0000000200000002', 'hex'),
      entry({ kind: 'ref-delta', base: hashObject('blob', base) }, delta),
      entry({ kind: 'whole', type: 'blob' }, base),
    ]);
    const sealed = Buffer.concat([body, createHash('sha1').update(body).digest()]);
    await addPack(from.dir, from.store, once(sealed));
    from.store.rescan();
    await expectExact([hashObject('blob', base), hashObject('blob', Buffer.from(`${text}y`))]);
  });

  it('goes on where a stored one is merged into another before its turn', async () => {
    const other = await openRepository(join(dir, 'other.git'), { create: true });
    const tips: Oid[] = [];
    for (let i = 0; i < 21; i++) {
      tips.push(await commit(other, { [`f${i}`]: noise(40_000, i).toString('latin1') }));
      await bring(other, from, tips.slice(-1));
    }
    const oids = await objectsToSend(from.store, { tips });
    const writing = writePack(from.store, oids, { ofsDelta: true });
    const chunks = [(await writing.next()).value ?? Buffer.alloc(0)];
    expect(chunks[0]?.length).to.be.below(400_000);
    expect(await from.tidy()).to.equal(21);
    expect(packs()).to.have.length(1);
    for await (const chunk of writing) chunks.push(chunk);
    expect([...(await contentOf(Buffer.concat(chunks))).oids()].sort()).to.deep.equal([...oids].sort());
    other.close();
  });

  it('ends with an error that names a stored one that is cut short', async () => {
    const other = await openRepository(join(dir, 'other.git'), { create: true });
    await bring(other, from, [await commit(other, { a: noise(1000).toString('latin1') })]);
    const [name = ''] = packs();
    const path = join(packDir(), name);
    const oids = from.store.packs.flatMap(({ index }) => index.oids());
    const whole = readFileSync(path);
    execFileSync('chmod', ['644', path]);
    writeFileSync(path, whole.subarray(0, 100));
    const error = await write(oids.slice(0, -1)).then(
      () => '',
      (thrown) => String(thrown),
    );
    expect(error).to.contain(path).and.to.contain('is damaged');
    other.close();
  });

  withGit('is taken by git, which finds it sound', async () => {
    await packedByGit(5, 60);
    const main = (await from.branches()).main ?? '';
    const commits = (await from.log(main, { allParents: true })).map(({ oid }) => oid);
    const git = await Git.init(join(dir, 'git'));
    for (const tip of [commits[commits.length >> 1] ?? '', main]) {
      git.write('sent.pack', await write(await objectsToSend(from.store, { tips: [tip] })));
      await git.run('index-pack', '--strict', 'sent.pack');
      execFileSync('sh', ['-c', 'git unpack-objects -q < sent.pack'], { cwd: git.dir, env: hermetic(dir) });
      await git.run('update-ref', `refs/heads/${tip}`, tip);
      await git.run('fsck', '--strict');
    }
  });
});
