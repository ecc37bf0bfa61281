import { expect } from 'chai';
import {
  byPriority,
  type RemoteVersion,
  remoteResources,
} from '../../../../src/orchestrator/api/wire/remoteversion.ts';

describe('the resources that an aggregated API server lists', () => {
  const read = (resources: readonly object[]) =>
    remoteResources(JSON.parse(JSON.stringify({ resources })), 'sea.example.com', 'v1');

  it('are told with their subresources, as aggregated discovery has them', () => {
    const ship = {
      name: 'ships',
      singularName: 'ship',
      namespaced: true,
      kind: 'Ship',
      verbs: ['get', 'list'],
    };
    const scale = { name: 'ships/scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get'] };
    expect(read([{ ...ship, shortNames: ['sh'], categories: ['all'] }, scale])).to.deep.equal([
      {
        resource: 'ships',
        responseKind: { group: 'sea.example.com', version: 'v1', kind: 'Ship' },
        scope: 'Namespaced',
        singularResource: 'ship',
        verbs: ['get', 'list'],
        shortNames: ['sh'],
        categories: ['all'],
        subresources: [
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: ['get'],
          },
        ],
      },
    ]);
  });

  it('are told as far as they can be read', () => {
    expect(read([{}, { name: 7 }, { name: 'ports', verbs: ['get', 1], namespaced: 'yes' }])).to.deep.equal([
      {
        resource: 'ports',
        responseKind: { group: 'sea.example.com', version: 'v1', kind: '' },
        scope: 'Cluster',
        singularResource: '',
        verbs: ['get'],
      },
    ]);
    expect(remoteResources({ resources: 'none' }, 'g', 'v1')).to.deep.equal([]);
  });
});

describe('the group-versions of aggregated API servers', () => {
  const version = (name: string, groupPriority: number, versionPriority: number): RemoteVersion => {
    const [version = '', group = ''] = name.split('.');
    return { group, version, groupPriority, versionPriority, isFresh: true, resources: [] };
  };

  it('stand in the order of the highest priority of each group, then of each version, then of names', () => {
    const versions = [
      version('v1.low', 10, 100),
      version('v1.b', 100, 1),
      version('v2.a', 100, 1),
      version('v1.a', 5, 1),
      version('v3.a', 5, 9),
    ];
    const order = byPriority(versions).map(({ version, group }) => `${version}.${group}`);
    expect(order).to.deep.equal(['v3.a', 'v1.a', 'v2.a', 'v1.b', 'v1.low']);
  });
});
