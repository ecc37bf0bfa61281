import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Closures } from '../../../src/git/history/closure.ts';
import { objectsToSend } from '../../../src/git/history/reachable.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { addPack } from '../../../src/git/store/quarantine.ts';
import type { Selection } from '../../../src/git/store/selection.ts';
import type { Oid } from '../../../src/git/types.ts';
import { bring, once } from '../support/bring.ts';
import { drop, scratch } from '../support/git.ts';
import { commit, randomHistory, seeded } from '../support/history.ts';
import { handMadePack } from '../support/packs.ts';

function oidsOf(selection: Selection): readonly Oid[] {
  const packed = [...selection.packs].flatMap(([{ index }, bits]) =>
    Array.from({ length: bits.size }, (_, position) => position)
      .filter((position) => bits.has(position))
      .map((position) => index.oidAt(position)),
  );
  return [...packed, ...selection.others].sort();
}

describe('what tips lead to', () => {
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
  const packDir = () => join(to.dir, 'objects/pack');
  const forgetLinks = () => {
    for (const name of readdirSync(packDir())) if (name.endsWith('.links')) rmSync(join(packDir(), name));
  };
  const reopen = async () => {
    to.close();
    to = await openRepository(to.dir);
  };
  const expectExact = async (tips: readonly Oid[]): Promise<Selection> => {
    const selection = await to.closures.of(tips);
    expect(oidsOf(selection)).to.deep.equal([...(await objectsToSend(to.store, { tips }))].sort());
    expect(selection.count).to.equal(oidsOf(selection).length);
    return selection;
  };
  const reads = (work: () => Promise<unknown>): Promise<number> => {
    const { store } = to;
    let count = 0;
    const original = store.readAs.bind(store);
    store.readAs = (oid, type) => {
      if (type === 'tree') count += 1;
      return original(oid, type);
    };
    return work()
      .finally(() => {
        store.readAs = original;
      })
      .then(() => count);
  };

  for (const seed of [1, 2, 3, 4, 5, 6])
    it(`is the same by links of packs, by walking, and carried on from push to push (history ${seed})`, async () => {
      const random = seeded(seed);
      const commits = await randomHistory(from, random, 40);
      const pushed: Oid[] = [];
      for (let push = 0; push < 8; push++) {
        const tips = Array.from(
          { length: 1 + Math.floor(random() * 3) },
          () => commits[Math.floor(((push + random()) / 8) * commits.length)] ?? '',
        );
        await bring(from, to, tips, pushed);
        pushed.push(...tips);
        if (random() < 0.3) await reopen();
        if (random() < 0.3) forgetLinks();
        await expectExact(tips);
        await expectExact(pushed.filter(() => random() < 0.5));
      }
      await expectExact(pushed);
      forgetLinks();
      await reopen();
      await expectExact(pushed);
    });

  it('is known without reading a folder, where packs say what leads into them', async () => {
    const commits = await randomHistory(from, seeded(7), 20);
    const tip = commits.at(-1) ?? '';
    const ofTip = (await from.log(tip, { allParents: true })).map(({ oid }) => oid).reverse();
    const [half = ''] = ofTip.slice(Math.floor(ofTip.length / 2));
    await bring(from, to, [half]);
    await bring(from, to, [tip], [half]);
    expect(await reads(() => to.closures.of([tip]))).to.equal(0);
    await expectExact([tip]);
    forgetLinks();
    await reopen();
    expect(await reads(() => to.closures.of([tip]))).to.be.greaterThan(0);
  });

  it('is walked once by callers that ask at once, and for what is new after a push', async () => {
    const one = await commit(from, { a: '1', 'b/c': '1' });
    const two = await commit(from, { a: '2', 'b/c': '1' }, [one]);
    await bring(from, to, [one]);
    forgetLinks();
    await reopen();
    const [a, b] = await Promise.all([to.closures.of([one]), to.closures.of([one])]);
    expect(a).to.equal(b);
    expect(await reads(() => to.closures.of([one]))).to.equal(0);
    await bring(from, to, [two], [one]);
    forgetLinks();
    expect(await reads(() => to.closures.of([two]))).to.equal(1);
    await expectExact([two]);
  });

  it('holds nothing of a pack that the tips do not lead to', async () => {
    const kept = await commit(from, { a: '1' });
    const dropped = await commit(from, { secret: 's' });
    await bring(from, to, [kept, dropped]);
    const stranger = handMadePack([{ type: 'blob', content: Buffer.from('nobody refers to this') }]);
    await addPack(to.dir, to.store, once(stranger));
    to.store.rescan();
    await expectExact([kept]);
    await expectExact([kept, dropped]);
    await expectExact([dropped]);
  });

  it('holds nothing of before once its branch was forced elsewhere', async () => {
    const base = await commit(from, { a: '1' });
    const [old, forced] = [await commit(from, { a: '2' }, [base]), await commit(from, { a: '3' }, [base])];
    await bring(from, to, [old]);
    await expectExact([old]);
    await bring(from, to, [forced], [old]);
    await expectExact([forced]);
  });

  it('counts an object once, in however many packs it is', async () => {
    const one = await commit(from, { a: '1' });
    const two = await commit(from, { a: '2', b: '1' }, [one]);
    await bring(from, to, [one]);
    await bring(from, to, [two]);
    to.store.write('blob', Buffer.from('1'));
    await expectExact([two]);
    await expectExact([one, two]);
  });

  it('is found again after packs were merged, and after loose objects were packed', async () => {
    const commits = await randomHistory(from, seeded(9), 25);
    const tip = commits.at(-1) ?? '';
    for (const [i, oid] of commits.entries()) await bring(from, to, [oid], commits.slice(0, i));
    const loose = await commit(to, { of: 'ours' }, [tip]);
    await expectExact([loose]);
    expect(await to.tidy()).to.be.greaterThan(0);
    await expectExact([loose]);
    await bring(from, to, [tip]);
    await expectExact([loose]);
  });

  it('is not believed of links that are cut short', async () => {
    const one = await commit(from, { a: '1' });
    const two = await commit(from, { a: '2', secret: 's' }, [one]);
    await bring(from, to, [one, two]);
    const [links = ''] = readdirSync(packDir()).filter((name) => name.endsWith('.links'));
    for (const text of [
      '',
      'links 1 0 0',
      `links 1 1 0\n${one}`,
      `links 1 2 0\n${one}\n`,
      `links 1 1 0\n${one}\n\0\0`,
    ]) {
      writeFileSync(join(packDir(), links), text);
      await reopen();
      await expectExact([one]);
    }
  });

  it('is one answer for the same tips, however often and in whatever order they are named', async () => {
    const [one, two] = [await commit(from, { a: '1' }), await commit(from, { a: '2' })];
    await bring(from, to, [one, two]);
    const closures = new Closures(to.store);
    expect(await closures.of([one, two])).to.equal(await closures.of([two, one, two]));
  });
});
