import { expect } from 'chai';
import { createDiskWatch, type DiskSpace, floorsOf, lackOf, spaceOf } from '../../src/base/diskspace.ts';
import { FakeClock } from '../fakes/clock.ts';

const MIB = 2 ** 20;

describe('the room of a disk', () => {
  it('has floors that follow from its size: a hundredth, 64 MiB to 1 GiB, and less of a small one', () => {
    const floors = (gib: number) => floorsOf(gib * 1024 * MIB).writes / MIB;
    expect([0.0625, 0.25, 1, 20, 10_000].map(floors)).to.deep.equal(
      [8, 32, 64, 204.8, 1024].map((one) => Math.floor(one * MIB) / MIB),
    );
    for (const total of [MIB, 64 * MIB, 1024 ** 4]) {
      const { reserve, writes, builds } = floorsOf(total);
      expect(reserve, 'what is given back is no room for anything else').to.be.below(writes);
      expect(builds)
        .to.be.above(writes)
        .and.at.most(total / 2);
    }
  });

  it('is too little for builds first, then for what grows; the directory, what is left and what to do are said', () => {
    const total = 64 * MIB;
    const said = (free: number) =>
      (['builds', 'writes'] as const).filter((need) => lackOf('/data', { free, total }, need) !== undefined);
    expect([40, 31, 7].map((mib) => said(mib * MIB))).to.deep.equal([[], ['builds'], ['builds', 'writes']]);
    const lack = lackOf('/data', { free: 3 * MIB, total }, 'writes');
    expect(lack?.reason).to.equal('InsufficientStorage');
    expect(lack?.message).to.equal(
      'the disk of /data has 3072 KiB left, and nothing that takes more room is taken below 8192 KiB',
    );
    expect(lack?.remedy).to.contain('Make room');
  });

  it('is looked at once a second, not when it is asked for, and recovers by itself', async () => {
    const clock = new FakeClock();
    let looks = 0;
    let free = 60 * MIB;
    const seen: number[] = [];
    const space = async (): Promise<DiskSpace> => {
      looks += 1;
      return { free, total: 64 * MIB };
    };
    const onLook = async (one: DiskSpace) => void seen.push(one.free / MIB);
    const room = await createDiskWatch({ clock, space }).add('/data', onLook);
    free = MIB;
    for (let i = 0; i < 1_000; i++) expect(room.lack('writes')).to.equal(undefined);
    expect(looks).to.equal(1);
    await clock.advance(1_000);
    expect(room.lack('writes')?.message).to.contain('1024 KiB');
    free = 60 * MIB;
    await clock.advance(1_000);
    expect(room.lack('builds')).to.equal(undefined);
    expect(seen).to.deep.equal([1, 60]);
    room.stop();
    expect(clock.pending).to.equal(0);
  });

  it('is watched by one timer for directories on several disks, as long as one is watched', async () => {
    const clock = new FakeClock();
    const free: Record<string, number> = { '/data': 60 * MIB, '/store': 60 * MIB };
    const disks = createDiskWatch({
      clock,
      space: async (dir) => ({ free: free[dir] ?? 0, total: 64 * MIB }),
    });
    const [data, store] = [await disks.add('/data'), await disks.add('/store')];
    expect(clock.pending).to.equal(1);
    free['/store'] = MIB;
    await clock.advance(1_000);
    expect([data.lack('writes'), store.lack('writes')?.reason]).to.deep.equal([
      undefined,
      'InsufficientStorage',
    ]);
    data.stop();
    free['/store'] = 60 * MIB;
    await clock.advance(1_000);
    expect(store.lack('writes')).to.equal(undefined);
    store.stop();
    expect(clock.pending).to.equal(0);
    const again = await disks.add('/data');
    expect(clock.pending).to.equal(1);
    again.stop();
  });

  it('counts as enough where it cannot be looked at', async () => {
    const space = () => Promise.reject(new Error('EIO'));
    const room = await createDiskWatch({ clock: new FakeClock(), space }).add('/data');
    expect(room.lack('writes')).to.equal(undefined);
    room.stop();
  });

  it('is what the file system says', async () => {
    const { free, total } = await spaceOf(import.meta.dirname);
    expect(free).to.be.within(0, total);
    expect(total).to.be.above(0);
  });
});
