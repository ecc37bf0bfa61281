import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountPoints } from '../../../../src/base/mounts.ts';
import { createUsage } from '../../../../src/orchestrator/node/pod/usage.ts';
import { diskUse, limitedDirs, makeEmptyDir } from '../../../../src/orchestrator/node/spec/emptydir.ts';
import { scratch } from '../helpers.ts';
import { known, pod } from './notation.ts';

describe('an emptyDir', () => {
  const place = scratch();
  after(() => place.dispose());
  const limited = pod({
    volumes: [
      { name: 'free', emptyDir: {} },
      { name: 'any', emptyDir: { sizeLimit: '0' } },
      { name: 'small', emptyDir: { sizeLimit: '1Mi' } },
    ],
  });

  it('is for everybody, and of no medium that this node does not have', () => {
    const dir = join(place.path, 'open');
    expect(makeEmptyDir(dir, {}, { ...known, pod: pod() })).to.equal(undefined);
    expect(statSync(dir).mode & 0o777).to.equal(0o777);
    expect(makeEmptyDir(dir, { medium: 'HugePages' }, { ...known, pod: pod() })).to.equal(
      'medium HugePages of emptyDir is not supported by this node',
    );
  });

  it('is held to its limit where it has one', () => {
    expect(limitedDirs(limited)).to.deep.equal([{ name: 'small', limit: '1Mi', bytes: 2 ** 20 }]);
  });

  it('that holds more than its limit is what its pod is evicted for, in Kubernetes’ words', async () => {
    let bytes: number | undefined = 2 ** 20;
    const measured: string[] = [];
    const usage = createUsage('/volumes', async (dir) => {
      measured.push(dir);
      return bytes;
    });
    expect(await usage.check(limited)).to.equal(undefined);
    expect(measured).to.deep.equal(['/volumes/small']);
    bytes = undefined;
    expect(await usage.check(limited)).to.equal(undefined);
    bytes = 2 ** 20 + 1;
    expect(await usage.check(limited)).to.equal('Usage of EmptyDir volume "small" exceeds the limit "1Mi". ');
  });

  it('is counted once at a time', async () => {
    const usage = createUsage('/volumes', () => new Promise(() => {}));
    void usage.check(limited);
    expect(await usage.check(limited)).to.equal(undefined);
  });

  it('is counted by what it takes of the disk', async () => {
    const dir = join(place.path, 'counted');
    mkdirSync(dir);
    writeFileSync(join(dir, 'file'), Buffer.alloc(100_000, 1));
    expect(await diskUse(dir)).to.be.greaterThan(99_999);
    expect(await diskUse(join(dir, 'none'))).to.equal(undefined);
  });

  it('finds its mounts among those of the machine, whatever their names', () => {
    const line = (path: string) => `36 35 98:0 /mnt1 ${path} rw,noatime master:1 - ext3 /dev/root rw`;
    expect(mountPoints(`${line('/a')}\n${line('/with\\040space')}\n`)).to.deep.equal(['/a', '/with space']);
  });
});
