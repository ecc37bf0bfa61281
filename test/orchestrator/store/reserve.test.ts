import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { floorsOf } from '../../../src/base/diskspace.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { openReserve } from '../../../src/orchestrator/store/reserve.ts';

describe('the reserve of the store', () => {
  const total = 2 ** 26;
  const { reserve: size, writes } = floorsOf(total);
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-reserve-'));
    path = join(dir, 'reserve');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('holds real room, is given back when next to nothing is left, and made again when there is room', async () => {
    const reserve = openReserve(path, silentLogger);
    await reserve.keep({ free: total / 2, total });
    expect(statSync(path).blocks * 512).to.be.at.least(size);
    await reserve.keep({ free: writes - 1, total });
    expect(existsSync(path), 'below the floor it stays').to.equal(true);
    await reserve.keep({ free: 0, total });
    expect(existsSync(path)).to.equal(false);
    await reserve.keep({ free: size, total });
    expect(existsSync(path), 'not from what it has just given').to.equal(false);
    await reserve.keep({ free: writes + size, total });
    expect(existsSync(path)).to.equal(true);
    reserve.giveBack();
    expect(existsSync(path)).to.equal(false);
  });

  it('is done without where it cannot be made, and that is tried once', async () => {
    let tries = 0;
    const reserve = openReserve(path, silentLogger, async () => {
      tries += 1;
      throw new Error('fallocate: Operation not supported');
    });
    for (let i = 0; i < 3; i++) await reserve.keep({ free: total / 2, total });
    expect(tries).to.equal(1);
    reserve.giveBack();
  });
});
