import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { objectsToSend } from '../../../src/git/history/reachable.ts';
import { hashObject } from '../../../src/git/objects/object.ts';
import { applyDelta } from '../../../src/git/pack/delta.ts';
import { type EntryKind, encodeEntryHeader, parseEntryHeader } from '../../../src/git/pack/entry.ts';
import { indexPack } from '../../../src/git/pack/index-pack.ts';
import { type PackLimits, packLimits, readPack } from '../../../src/git/pack/read-pack.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { writePack } from '../../../src/git/store/pack-writer.ts';
import { addPack } from '../../../src/git/store/quarantine.ts';
import type { Oid } from '../../../src/git/types.ts';
import { collect, once } from '../support/bring.ts';
import { drop, scratch } from '../support/git.ts';
import { commit, randomHistory, seeded } from '../support/history.ts';
import { appending, deltaChain, type HandMade, handMadePack } from '../support/packs.ts';

const resealed = (body: Buffer): Buffer => Buffer.concat([body, createHash('sha1').update(body).digest()]);

describe('packs', () => {
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
  const packOf = async (tips: readonly Oid[], have: readonly Oid[] = []): Promise<Buffer> =>
    collect(writePack(from.store, await objectsToSend(from.store, { tips, have }), { ofsDelta: true }));
  const refusal = (bytes: Buffer) =>
    addPack(to.dir, to.store, once(bytes)).then(
      () => undefined,
      (error) => problemOf(error),
    );
  const leftovers = () => [
    ...readdirSync(to.dir).filter((name) => name.startsWith('incoming-')),
    ...readdirSync(join(to.dir, 'objects/pack')),
  ];

  it('carry random histories from one repository to another, whole and in parts', async () => {
    for (const seed of [1, 2, 3]) {
      const commits = await randomHistory(from, seeded(seed), 60);
      const tip = commits.at(-1) ?? '';
      const middle = commits[30] ?? '';
      await addPack(to.dir, to.store, once(await packOf([middle])));
      await addPack(to.dir, to.store, once(await packOf([tip], [middle])));
      const [mine, theirs] = await Promise.all([from, to].map((repo) => repo.log(tip, { allParents: true })));
      expect(theirs).to.deep.equal(mine);
      for (const oid of await objectsToSend(from.store, { tips: [tip] })) {
        expect(to.store.find(oid)?.content.equals(from.store.read(oid).content)).to.equal(true);
      }
    }
  });

  it('give objects that keep no more memory than they have bytes: thousands of small ones are remembered', async () => {
    const commits = await randomHistory(from, seeded(7), 20);
    await addPack(to.dir, to.store, once(await packOf([commits.at(-1) ?? ''])));
    for (const oid of await objectsToSend(from.store, { tips: [commits.at(-1) ?? ''] })) {
      const content = to.store.find(oid)?.content ?? Buffer.alloc(0);
      expect(content.buffer.byteLength, `${oid} of ${content.length} bytes`).to.be.at.most(
        content.length + 64,
      );
    }
  });

  it('send nothing to who has it all', async () => {
    const one = await commit(from, { a: '1' });
    expect(await objectsToSend(from.store, { tips: [one], have: [one] })).to.deep.equal([]);
  });

  it('that are cut short anywhere are refused and leave no trace', async () => {
    const tip = await commit(from, { a: 'x'.repeat(500), 'b/c': 'y' });
    const pack = await packOf([tip]);
    for (let length = 0; length < pack.length; length += 7) {
      const problem = await refusal(pack.subarray(0, length));
      expect(problem?.reason, `cut at ${length}`).to.equal('BadPack');
    }
    expect(leftovers()).to.deep.equal([]);
  });

  it('with any byte damaged are refused, also where the checksum was made to match', async () => {
    const tip = await commit(from, { a: 'x'.repeat(300), 'b/c': 'y' });
    const pack = await packOf([tip]);
    for (let at = 0; at < pack.length - 20; at += 3) {
      const damaged = Buffer.from(pack);
      damaged[at] = (damaged[at] ?? 0) ^ 0x15;
      expect(await refusal(damaged), `byte ${at}`).to.not.equal(undefined);
      expect(await refusal(resealed(damaged.subarray(0, -20))), `byte ${at}, resealed`).to.not.equal(
        undefined,
      );
    }
    expect(leftovers()).to.deep.equal([]);
  });

  it('whose objects refer to what is nowhere are refused by name', async () => {
    const one = await commit(from, { a: '1' });
    const two = await commit(from, { a: '2' }, [one]);
    const problem = await refusal(await packOf([two], [one]));
    expect(problem?.reason).to.equal('MissingObjects');
    expect(problem?.message).to.contain(one);
  });

  it('that claim a huge object in few bytes are refused', async () => {
    const body = Buffer.concat([
      Buffer.from('5041434b0000000200000001', 'hex'),
      encodeEntryHeader({ kind: 'whole', type: 'blob' }, 2 ** 40, 12),
      Buffer.from('789c0300', 'hex'),
    ]);
    expect((await refusal(resealed(body)))?.message).to.contain('too large');
  });

  it('with a chain of deltas that unfolds to gigabytes are refused, with what to do', async () => {
    const path = join(dir, 'pack');
    writeFileSync(path, handMadePack(deltaChain(2 ** 18, 200, true)));
    const limits = packLimits(0);
    const chain = { ...limits.chain, bytes: 2 ** 24 };
    const problem = await readPack(path, { ...limits, chain }).then(() => undefined, problemOf);
    expect(problem?.reason).to.equal('PackTooLarge');
    expect(problem?.message).to.match(/chain of more than 4,095 deltas, or of more than 16 MiB/);
    expect(problem?.remedy).to.include('git repack');
  });

  it('with deltas that need too much at once are refused', async () => {
    const limits = { ...packLimits(0), liveBytes: 10_000 };
    const path = join(dir, 'pack');
    // Both subtrees of each link are as heavy: half of the chain must be held.
    const tree = (depth: number, on: number, size: number, entries: HandMade[]): HandMade[] => {
      for (const text of ['a', 'b']) {
        const at = entries.push({ on, delta: appending(size, `${text}${entries.length}`.padEnd(8)) }) - 1;
        if (depth > 0) tree(depth - 1, at, size + 8, entries);
      }
      return entries;
    };
    writeFileSync(path, handMadePack(tree(7, 0, 3000, [{ type: 'blob', content: Buffer.alloc(3000) }])));
    const problem = await readPack(path, limits).then(() => undefined, problemOf);
    expect(problem?.message).to.include('at once');
    expect((await readPack(path, packLimits(0))).count).to.equal(511);
  });

  it('hold two objects at once, however long the chain and however many branches it has', async () => {
    const path = join(dir, 'pack');
    writeFileSync(path, handMadePack(deltaChain(1000, 300, true)));
    const pack = await readPack(path, { ...packLimits(0), liveBytes: 6000 });
    expect(pack.count).to.equal(601);
  });

  it('with large objects are read without gathering them: what is done with is collected', async () => {
    const path = join(dir, 'pack');
    const blobs = Array.from({ length: 10 }, (_, i) => ({
      type: 'blob' as const,
      content: Buffer.alloc(1000, i),
    }));
    writeFileSync(path, handMadePack(blobs));
    let collections = 0;
    await readPack(path, { ...packLimits(0), garbageBytes: 2500 }, () => {
      collections++;
    });
    expect(collections).to.equal(4);
  });

  it('that are large, or unfold, are read in a thread and come to the same', async () => {
    const entries = deltaChain(2 ** 20, 20);
    await addPack(to.dir, to.store, once(handMadePack(entries)));
    const oid = hashObject('blob', Buffer.concat([Buffer.alloc(2 ** 20), Buffer.from('x'.repeat(20))]));
    expect(to.store.read(oid).content.length).to.equal(2 ** 20 + 20);
  });

  it('that a thread finds damaged are refused by what it found', async () => {
    const entries = [...deltaChain(2 ** 20, 12), { on: 3, delta: appending(7, 'x') }];
    expect((await refusal(handMadePack(entries)))?.message).to.include('does not fit its base');
  });

  it('that refer to too much, or hold a folder that is too large, are refused', async () => {
    const path = join(dir, 'pack');
    const row = (i: number) =>
      Buffer.concat([Buffer.from(`100644 f${i}\0`), createHash('sha1').update(`${i}`).digest()]);
    const content = Buffer.concat(Array.from({ length: 1000 }, (_, i) => row(i)));
    writeFileSync(path, handMadePack([{ type: 'tree', content }]));
    const refused = (limits: Partial<PackLimits>) =>
      readPack(path, { ...packLimits(0), ...limits }).then(
        () => 'taken',
        (error) => problemOf(error).message,
      );
    expect(await refused({ links: 999 })).to.include('refers to more than 999 objects');
    expect(await refused({ otherBytes: 1000 })).to.include('tree of the pack is too large');
    expect(await refused({ objects: 0 })).to.include('more than 0 objects');
    expect((await readPack(path, packLimits(0))).needed).to.have.length(1000);
  });

  it('have entry headers that read back as written', () => {
    const random = seeded(5);
    const kinds: EntryKind[] = [
      { kind: 'whole', type: 'tree' },
      { kind: 'ref-delta', base: 'ab'.repeat(20) },
    ];
    for (let i = 0; i < 500; i++) {
      const offset = 1000 + Math.floor(random() * 2 ** (10 + (i % 25)));
      const size = Math.floor(random() * 2 ** (i % 40));
      const delta: EntryKind = { kind: 'ofs-delta', base: Math.floor(random() * (offset - 1)) };
      for (const entry of [...kinds, delta]) {
        const bytes = encodeEntryHeader(entry, size, offset);
        expect(parseEntryHeader(bytes, offset)).to.deep.equal({ entry, size, length: bytes.length });
      }
    }
  });

  it('refuse deltas that reach outside of their base', () => {
    const base = Buffer.from('hello world');
    const good = Buffer.from([11, 5, 0x90, 5]);
    expect(applyDelta(base, good).toString()).to.equal('hello');
    for (const bad of [
      [12, 5, 0x90, 5],
      [11, 5, 0x90, 50],
      [11, 9, 0x90, 5],
      [11, 5, 0],
      [11, 5, 9, 1],
    ]) {
      expect(() => applyDelta(base, Buffer.from(bad))).to.throw('delta');
    }
  });

  it('are told apart from other files', async () => {
    writeFileSync(join(dir, 'x'), 'not a pack, but long enough to look at it twice');
    const problem = await indexPack(join(dir, 'x'), () => true).then(() => undefined, problemOf);
    expect(problem?.reason).to.equal('BadPack');
  });
});
