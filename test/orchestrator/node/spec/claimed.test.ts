import { chownSync, lstatSync, mkdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { PersistentVolume } from '../../../../src/kube/kinds/objects.data.ts';
import { type Claimed, dataOf } from '../../../../src/orchestrator/node/spec/claimed.ts';
import { removeVolume } from '../../../../src/orchestrator/node/spec/localpath.ts';
import { giveClaimed, writeVolumes } from '../../../../src/orchestrator/node/spec/volumes.ts';
import { scratch } from '../helpers.ts';
import { known, pod } from './notation.ts';

const COMPLETED = { 'pv.kubernetes.io/bind-completed': 'yes' };

/** The claim `data`, bound to a volume `disk` of this kind. */
function claimed(spec: object, annotations: Record<string, string> = {}, uid = 'data'): Claimed {
  return {
    claim: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', uid: 'data', annotations: COMPLETED },
      spec: { volumeName: 'disk' },
    },
    volume: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk', annotations },
      spec: { claimRef: { uid }, ...spec },
    } as PersistentVolume,
  };
}

const OWN = { 'pv.kubernetes.io/provisioned-by': 'pilotage.dev/local-path' };

describe('the data behind a claim', () => {
  const fault = (one: Claimed | undefined): string => {
    const data = dataOf('data', one, '/kept');
    return data.type === 'fault' ? data.message : data.type;
  };

  it('is not there while the claim or its volume is not, and it says so', () => {
    const { claim, volume } = claimed({});
    expect(fault(undefined)).to.equal('persistentvolumeclaim "data" not found');
    expect(fault({ claim: { ...claim, spec: {} } })).to.equal(
      'persistentvolumeclaim "data" is not bound to a volume yet: kubectl describe pvc data says why',
    );
    expect(fault({ claim: { ...claim, metadata: {} }, ...(volume ? { volume } : {}) })).to.contain(
      'is not bound to a volume yet',
    );
    expect(fault({ claim })).to.equal('persistentvolume "disk" of persistentvolumeclaim "data" not found');
  });

  it('is never that of another claim', () => {
    expect(fault(claimed({ hostPath: { path: '/' } }, {}, 'other'))).to.equal(
      'persistentvolume "disk" is not bound to persistentvolumeclaim "data" but to another claim',
    );
  });

  it('is a directory of this node, or what the node does not mount', () => {
    expect(dataOf('data', claimed({ local: { path: '/kept/disk' } }, OWN), '/kept')).to.deep.equal({
      type: 'own',
      path: '/kept/disk',
      takesGroup: true,
    });
    expect(fault(claimed({ local: { path: '/elsewhere/disk' } }, OWN))).to.equal(
      'persistentvolume "disk" is at /elsewhere/disk, and this node keeps volumes below /kept',
    );
    expect(fault(claimed({ local: { path: '/srv' } }))).to.equal('host');
    expect(fault(claimed({ nfs: { server: 'files', path: '/' } }))).to.contain(
      '(it knows hostPath and local)',
    );
    expect(fault(claimed({ local: { path: '/srv' }, volumeMode: 'Block' }))).to.contain(
      'volumeMode Block is not supported',
    );
  });
});

describe('a volume that outlives pods', () => {
  const place = scratch();
  after(() => place.dispose());
  const root = join(place.path, 'kept');
  const path = join(root, 'disk');
  const mount = (dir: string, one: Claimed = claimed({ local: { path } }, OWN)) =>
    writeVolumes(join(place.path, dir), {
      ...known,
      localVolumes: root,
      claimed: new Map([['data', one]]),
      pod: pod({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
    });

  it('is made when it is mounted first, for any user, and found again by the next pod', () => {
    expect(mount('first')).to.equal(undefined);
    expect(statSync(path).mode & 0o777).to.equal(0o777);
    expect(readlinkSync(join(place.path, 'first', 'data'))).to.equal(path);
    writeFileSync(join(path, 'kept'), 'yes');
    expect(mount('second')).to.equal(undefined);
    expect(statSync(join(place.path, 'second', 'data', 'kept')).size).to.equal(3);
  });

  (process.geteuid?.() === 0 ? it : it.skip)(
    'is given to the group of a pod that mounts it first, once (only root gives files away)',
    async () => {
      const group = 4242;
      const input = {
        ...known,
        owners: { type: 'containers' as const, group },
        localVolumes: root,
        claimed: new Map([['data', claimed({ local: { path } }, OWN)]]),
        pod: pod({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
      };
      const dir = join(place.path, 'grouped');
      expect(await giveClaimed(dir, input)).to.equal(undefined);
      expect(writeVolumes(dir, input)).to.equal(undefined);
      expect(statSync(path).gid).to.equal(group);
      chownSync(path, 0, 0);
      await giveClaimed(dir, input);
      expect(statSync(path).gid).to.equal(0);
    },
  );

  it('is refused where something else stands in its place', () => {
    const link = join(root, 'link');
    symlinkSync('/', link);
    const one = claimed({ local: { path: link } }, OWN);
    const renamed = { ...one, claim: { ...one.claim, spec: { volumeName: 'link' } } };
    expect(mount('third', renamed)).to.equal(`volume "data": ${link} is not a directory`);
  });

  it('says that a directory of the machine is missing', () => {
    expect(mount('fourth', claimed({ local: { path: '/nowhere' } }))).to.equal(
      'volume "data": hostPath /nowhere does not exist (type Directory)',
    );
  });

  it('is removed with all that is in it, and nothing that links lead to', async () => {
    const outside = join(place.path, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'precious'), '');
    symlinkSync(outside, join(path, 'way'));
    await removeVolume(root, 'disk');
    expect(lstatSync(path, { throwIfNoEntry: false })).to.equal(undefined);
    await removeVolume(root, 'link');
    expect(statSync(join(outside, 'precious')).isFile()).to.equal(true);
  });
});
