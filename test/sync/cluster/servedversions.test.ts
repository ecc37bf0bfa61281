import { expect } from 'chai';
import { servedVersions } from '../../../src/sync/cluster/servedversions.ts';

const resource = (group: string, version: string, kind: string) => ({ group, version, kind });

describe('what charts see of the APIs of a cluster', () => {
  it('is every group with its version, alone and with each kind, once', () => {
    const served = [
      resource('networking.k8s.io', 'v1', 'NetworkPolicy'),
      resource('networking.k8s.io', 'v1', 'Ingress'),
      resource('', 'v1', 'Pod'),
      resource('', 'v1', 'Pod'),
    ];
    const versions = [
      'networking.k8s.io/v1',
      'networking.k8s.io/v1/Ingress',
      'networking.k8s.io/v1/NetworkPolicy',
      'v1',
      'v1/Pod',
    ];
    expect(servedVersions(served)).to.deep.equal(versions);
    expect(servedVersions(served.toReversed())).to.deep.equal(versions);
  });
});
