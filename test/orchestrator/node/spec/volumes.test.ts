import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Container } from '../../../../src/kube/kinds/objects.data.ts';
import { showMounts } from '../../../../src/orchestrator/node/runtime/process/mounts.ts';
import { mountsOf, traitsOf } from '../../../../src/orchestrator/node/spec/mounts.ts';
import { writeVolumes } from '../../../../src/orchestrator/node/spec/volumes.ts';
import { scratch } from '../helpers.ts';
import { known, object, pod } from './notation.ts';

describe('files of a container', () => {
  const place = scratch();
  after(() => place.dispose());
  const volumes = join(place.path, 'volumes');
  const root = join(place.path, 'root');
  const write = (size: string) =>
    writeVolumes(volumes, {
      ...known,
      pod: pod({
        volumes: [
          { name: 'settings', configMap: { name: 'settings' } },
          {
            name: 'keys',
            secret: { secretName: 'keys', items: [{ key: 'token', path: 'deep/token', mode: 0o400 }] },
          },
          { name: 'work', emptyDir: {} },
        ],
      }),
      configMaps: new Map([['settings', object('settings', { size })]]),
    });
  const mount = (place: string, mounted: Container): string | undefined => {
    const result = mountsOf(mounted, volumes);
    return result.ok ? showMounts(place, result.mounts) : result.message;
  };
  const container: Container = {
    name: 'web',
    volumeMounts: [
      { name: 'settings', mountPath: '/etc/app' },
      { name: 'keys', mountPath: '/keys/token', subPath: 'deep/token' },
      { name: 'work', mountPath: 'work' },
    ],
  };

  it('stand below its root where they are mounted, with their modes', () => {
    expect(write('10')).to.equal(undefined);
    expect(mount(root, container)).to.equal(undefined);
    expect(readFileSync(join(root, 'etc/app/size'), 'utf8')).to.equal('10');
    expect(readFileSync(join(root, 'keys/token'), 'utf8')).to.equal('s3cret');
    expect(statSync(join(root, 'keys/token')).mode & 0o777).to.equal(0o400);
    expect(statSync(join(root, 'work')).isDirectory()).to.equal(true);
  });

  it('follow a ConfigMap by one replaced link, and are left alone when nothing changed', () => {
    const link = () => readlinkSync(join(volumes, 'settings', '..data'));
    const before = link();
    write('10');
    expect(link()).to.equal(before);
    write('20');
    expect(link()).to.not.equal(before);
    expect(readFileSync(join(root, 'etc/app/size'), 'utf8')).to.equal('20');
  });

  it('are written anew, and nothing else is removed, where a program has laid a link in the place of the one to them', () => {
    write('20');
    const outside = join(place.path, 'treasure');
    mkdirSync(outside);
    const link = join(volumes, 'settings', '..data');
    rmSync(link);
    symlinkSync(outside, link);
    expect(write('30')).to.equal(undefined);
    expect(readFileSync(join(volumes, 'settings/size'), 'utf8')).to.equal('30');
    rmSync(link);
    symlinkSync('../../treasure', link);
    expect(write('40')).to.equal(undefined);
    expect(statSync(outside).isDirectory()).to.equal(true);
  });

  it('can be written by no container where they are made of objects: the node writes them again, as who may do more', () => {
    const volumes = [
      { name: 'settings', configMap: { name: 'settings' } },
      { name: 'token', projected: { sources: [] } },
      { name: 'work', emptyDir: {} },
    ];
    const traits = volumes.map(({ name }) => traitsOf(pod({ volumes }), name));
    expect(traits).to.deep.equal([{ readOnly: true }, { readOnly: true }, {}]);
  });

  it('are refused where they would lie inside another mount or leave their volume', () => {
    const mounts = (...volumeMounts: NonNullable<Container['volumeMounts']>) =>
      mount(join(place.path, 'other'), { name: 'web', volumeMounts });
    expect(mounts({ name: 'work', mountPath: '/a' }, { name: 'settings', mountPath: '/a/b' })).to.contain(
      'inside another mount',
    );
    expect(mounts({ name: 'work', mountPath: '/a', subPath: '../../x' })).to.contain('leaves the volume');
  });

  it('are made where a subPath names a directory that is missing, with the mode of the volume', () => {
    write('10');
    const volumeMounts = [{ name: 'work', mountPath: '/part', subPath: 'made/here' }];
    expect(mount(join(place.path, 'parts'), { name: 'web', volumeMounts })).to.equal(undefined);
    expect(statSync(join(volumes, 'work/made/here')).mode & 0o777).to.equal(0o777);
  });

  it('are never made where a program has laid a link out of its volume', () => {
    write('10');
    const outside = join(place.path, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(volumes, 'work', 'out'));
    const volumeMounts = [{ name: 'work', mountPath: '/part', subPath: 'out/made' }];
    const fault = mount(join(place.path, 'linked'), { name: 'web', volumeMounts });
    expect(fault).to.equal('subPath "out/made" leaves the volume');
    expect(readdirSync(outside)).to.deep.equal([]);
  });

  it('take a slash at the end of a path for nothing, never leave the root, and refuse the root itself', () => {
    const elsewhere = join(place.path, 'slashes');
    const show = (mountPath: string) =>
      mount(elsewhere, { name: 'web', volumeMounts: [{ name: 'settings', mountPath }] });
    expect(show('/etc/app/')).to.equal(undefined);
    expect(readlinkSync(join(elsewhere, 'etc/app'))).to.equal(join(volumes, 'settings'));
    expect(show('/../../up')).to.equal(undefined);
    expect(readlinkSync(join(elsewhere, 'up'))).to.equal(join(volumes, 'settings'));
    for (const path of ['/', '.', '/..']) expect(show(path), path).to.contain('cannot be shown');
    expect(statSync(elsewhere).isDirectory()).to.equal(true);
  });

  it('say which source of a volume is not supported', () => {
    const fault = writeVolumes(volumes, {
      ...known,
      pod: pod({ volumes: [{ name: 'data', nfs: { server: 'files', path: '/' } }] }),
    });
    expect(fault).to.contain('volume "data": nfs is not supported');
  });
});
