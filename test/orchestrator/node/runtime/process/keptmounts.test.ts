import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { keptMounts } from '../../../../../src/orchestrator/node/runtime/process/keptmounts.ts';
import { scratch } from '../../helpers.ts';

describe('volumes that outlive their pods, in a confined program', () => {
  const place = scratch();
  after(() => place.dispose());
  const keptVolumes = join(realpathSync(place.path), 'kept');
  const volumes = join(place.path, 'volumes');
  before(() => {
    mkdirSync(join(keptVolumes, 'disk', 'sub'), { recursive: true });
    mkdirSync(join(volumes, 'own'), { recursive: true });
    symlinkSync(join(keptVolumes, 'disk'), join(volumes, 'data'));
    symlinkSync('/etc', join(volumes, 'host'));
    symlinkSync('/', join(keptVolumes, 'disk', 'out'));
  });
  const mount = (name: string, readOnly = false) => ({
    kept: true as const,
    source: join(volumes, name),
    target: `/${name}`,
    readOnly,
  });
  const shown = (...mounts: readonly ReturnType<typeof mount>[]) =>
    keptMounts(mounts, { volumesDir: volumes, keptVolumes });

  it('are shown as they are mounted: to be written or to be read, whole or a part', () => {
    expect(shown(mount('data'))).to.deep.equal({
      ok: true,
      readOnly: [],
      writable: [join(keptVolumes, 'disk')],
    });
    expect(shown(mount('data/sub', true))).to.deep.equal({
      ok: true,
      readOnly: [join(keptVolumes, 'disk', 'sub')],
      writable: [],
    });
  });

  it('are all that is shown: what is of the pod is seen anyway, and what is of the machine stays covered', () => {
    const nothing = { ok: true, readOnly: [], writable: [] };
    expect(shown(mount('own'), mount('host'))).to.deep.equal(nothing);
    const { kept: _, ...asPathOfTheHost } = mount('data');
    expect(keptMounts([asPathOfTheHost], { volumesDir: volumes, keptVolumes })).to.deep.equal(nothing);
    for (const other of [undefined, join(place.path, 'missing')])
      expect(keptMounts([mount('data')], { volumesDir: volumes, keptVolumes: other })).to.deep.equal(nothing);
  });

  it('are not left by a link that a program has laid', () => {
    const result = shown(mount('data/out'));
    expect(result.ok ? '' : result.message).to.equal('subPath "out" at /data/out leads out of volume "data"');
  });
});
