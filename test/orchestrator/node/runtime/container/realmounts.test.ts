import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { realMounts } from '../../../../../src/orchestrator/node/runtime/container/realmounts.ts';
import { scratch } from '../../helpers.ts';

describe('what is mounted into a container', () => {
  let place: ReturnType<typeof scratch>;
  let volumes: string;
  beforeEach(() => {
    place = scratch();
    volumes = join(place.path, 'volumes');
    mkdirSync(join(volumes, 'data'), { recursive: true });
  });
  afterEach(() => place.dispose());
  const mount = (source: string) =>
    realMounts([{ source: join(volumes, source), target: '/data', readOnly: true }], {
      volumesDir: volumes,
      hidden: [join(place.path, 'host', 'kept'), '/run/engine.sock'],
    });

  it('is what the volume of a path of the node leads to, and what lies in there', () => {
    const host = join(place.path, 'shown');
    mkdirSync(join(host, 'below'), { recursive: true });
    symlinkSync(host, join(volumes, 'host'));
    expect(mount('host')).to.deep.equal({
      ok: true,
      mounts: [{ source: host, target: '/data', readOnly: true }],
    });
    const below = mount('host/below');
    expect(below.ok && below.mounts[0]?.source).to.equal(join(host, 'below'));
  });

  it('is no other place, where a program has laid a link to it into its volume', () => {
    symlinkSync('/etc', join(volumes, 'data', 'way-out'));
    expect(mount('data/way-out')).to.deep.equal({
      ok: false,
      message: 'subPath "way-out" at /data leads out of volume "data"',
    });
  });

  it('is not a volume whose name another one begins with', () => {
    mkdirSync(join(volumes, 'data-of-others'));
    writeFileSync(join(volumes, 'data-of-others', 'secret'), '');
    symlinkSync('../data-of-others/secret', join(volumes, 'data', 'way-out'));
    expect(mount('data/way-out').ok).to.equal(false);
  });

  it('is no path of the node that shows what the node keeps, from above or from within', () => {
    const host = join(place.path, 'host');
    mkdirSync(join(host, 'kept', 'pki'), { recursive: true });
    for (const [name, path] of Object.entries({ above: host, root: '/', it: join(host, 'kept', 'pki') })) {
      symlinkSync(path, join(volumes, name));
      expect(mount(name)).to.deep.equal({
        ok: false,
        message: `hostPath ${path} at /data shows ${join(host, 'kept')}, which no container may get at`,
      });
    }
  });

  it('is of what the node keeps only a volume that outlives pods, and that only by its claim', () => {
    const keptVolumes = join(place.path, 'host', 'kept', 'volumes');
    mkdirSync(join(keptVolumes, 'disk'), { recursive: true });
    symlinkSync(join(keptVolumes, 'disk'), join(volumes, 'disk'));
    symlinkSync(keptVolumes, join(volumes, 'all'));
    const rules = { volumesDir: volumes, hidden: [join(place.path, 'host', 'kept')], keptVolumes };
    const one = { source: join(volumes, 'disk'), target: '/data', readOnly: false };
    const shown = realMounts([{ ...one, kept: true }], rules);
    expect(shown.ok && shown.mounts[0]?.source).to.equal(join(keptVolumes, 'disk'));
    expect(realMounts([one], rules).ok).to.equal(false);
    expect(realMounts([{ ...one, source: join(volumes, 'all'), kept: true }], rules).ok).to.equal(false);
  });

  it('has to exist', () =>
    expect(mount('gone')).to.deep.equal({
      ok: false,
      message: `what is mounted at /data does not exist (${join(volumes, 'gone')})`,
    }));
});
