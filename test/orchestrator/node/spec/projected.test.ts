import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { VolumeProjection } from '../../../../src/kube/kinds/objects.data.ts';
import type { FileOwners } from '../../../../src/orchestrator/node/spec/fileowners.ts';
import { volumeReferences } from '../../../../src/orchestrator/node/spec/references.ts';
import { writeVolumes } from '../../../../src/orchestrator/node/spec/volumes.ts';
import { scratch } from '../helpers.ts';
import { known, pod } from './notation.ts';

describe('a projected volume', () => {
  const place = scratch();
  after(() => place.dispose());
  let number = 0;

  function project(
    sources: readonly VolumeProjection[],
    defaultMode?: number,
    owners: FileOwners = { type: 'node' },
  ) {
    const name = `all-${number++}`;
    const projected = { sources, ...(defaultMode === undefined ? {} : { defaultMode }) };
    const fault = writeVolumes(place.path, {
      ...known,
      owners,
      pod: pod({
        containers: [{ name: 'web', resources: { limits: { cpu: '1500m' }, requests: { memory: '64Mi' } } }],
        volumes: [{ name, projected }],
      }),
    });
    return { fault, file: (path: string) => join(place.path, name, path) };
  }
  const text = (path: string) => readFileSync(path, 'utf8');
  const mode = (path: string) => statSync(path).mode & 0o777;

  it('holds a token, a ConfigMap, a Secret and what the pod says of itself, beside each other', () => {
    const { fault, file } = project([
      { serviceAccountToken: { path: 'token' } },
      { configMap: { name: 'settings', items: [{ key: 'size', path: 'etc/size' }] } },
      { secret: { name: 'keys' } },
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    ]);
    expect(fault).to.equal(undefined);
    // The Secret comes later, and has a key of the same name.
    expect(text(file('token'))).to.equal('s3cret');
    expect(text(file('etc/size'))).to.equal('10');
    expect(text(file('labels'))).to.equal('app="web"');
  });

  it('keeps a token for the pod alone, and gives the others their modes', () => {
    const { file } = project(
      [
        { serviceAccountToken: { path: 'token' } },
        { configMap: { name: 'settings', items: [{ key: 'size', path: 'size', mode: 0o440 }] } },
        { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ],
      0o444,
    );
    expect(text(file('token'))).to.equal('jwt');
    expect([mode(file('token')), mode(file('size')), mode(file('name'))]).to.deep.equal([
      0o600, 0o440, 0o444,
    ]);
  });

  describe('of containers', () => {
    const sources = [{ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'settings' } }];
    function modes(owners: Omit<Extract<FileOwners, { type: 'containers' }>, 'type'>) {
      const { file } = project(sources, undefined, { type: 'containers', ...owners });
      return [mode(file('token')), mode(file('size'))];
    }
    const own = { user: process.getuid?.() ?? 0, group: process.getgid?.() ?? 0 };

    it('has a token for the user that they have in common, and for no other', () =>
      expect(modes({ user: own.user })).to.deep.equal([0o600, 0o644]));

    it('has a token that anyone in the pod may read where its users are not known', () =>
      expect(modes({})).to.deep.equal([0o644, 0o644]));

    it('may be read by the group of the files of the pod', () => {
      expect(modes({ group: own.group })).to.deep.equal([0o640, 0o644]);
      expect(modes(own)).to.deep.equal([0o640, 0o644]);
    });
  });

  it('counts resources in units of the divisor, rounded up, and the node where there is no limit', () => {
    const resource = (path: string, name: string, divisor?: string) => ({
      path,
      resourceFieldRef: { containerName: 'web', resource: name, ...(divisor ? { divisor } : {}) },
    });
    const items = [
      resource('cpu', 'limits.cpu'),
      resource('millis', 'limits.cpu', '1m'),
      resource('requested', 'requests.memory', '1Mi'),
      resource('limit', 'limits.memory', '1Mi'),
    ];
    const { file } = project([{ downwardAPI: { items } }]);
    expect(items.map(({ path }) => text(file(path)))).to.deep.equal(['2', '1500', '64', '1024']);
  });

  it('waits for what is not there, unless that is optional', () => {
    expect(project([{ configMap: { name: 'absent' } }]).fault).to.match(/configmap "absent" not found$/);
    const { fault, file } = project([{ secret: { name: 'absent', optional: true } }]);
    expect(fault).to.equal(undefined);
    expect(existsSync(file('token'))).to.equal(false);
    const other = { serviceAccountToken: { path: 'token', audience: 'vault' } };
    expect(project([other]).fault).to.match(/there is no token of the service account yet$/);
  });

  it('writes nothing outside of itself, and says which sources it does not know', () => {
    expect(project([{ serviceAccountToken: { path: '../token' } }]).fault).to.contain(
      'path "../token" leaves the volume',
    );
    expect(project([{ clusterTrustBundle: { path: 'ca' } }]).fault).to.contain(
      'the projection of clusterTrustBundle is not supported by this node',
    );
  });

  it('is made of ConfigMaps and Secrets that a node has to read', () => {
    const sources = [{ configMap: { name: 'settings' } }, { secret: { name: 'keys' } }];
    const found = volumeReferences(pod({ volumes: [{ name: 'all', projected: { sources } }] }));
    expect([...found.configMaps, ...found.secrets]).to.deep.equal(['settings', 'keys']);
  });
});
