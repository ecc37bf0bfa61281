import { expect } from 'chai';
import { Registry } from '../../../../src/orchestrator/api/kinds/registry.ts';
import { builtinKinds } from '../../../../src/orchestrator/api/kinds/servedkinds.ts';
import { resourceList } from '../../../../src/orchestrator/api/wire/discovery.ts';

interface Row {
  readonly name: string;
  readonly storageVersionHash?: string;
}

describe('discovery without aggregation', () => {
  const kinds = new Registry(builtinKinds());
  const hashes = (group: string, version: string) => {
    const { resources } = resourceList(kinds, group, version) as { readonly resources: readonly Row[] };
    return Object.fromEntries(resources.map(({ name, storageVersionHash }) => [name, storageVersionHash]));
  };

  it('tells by a hash in which version objects are stored: the one that Kubernetes tells', () => {
    expect(hashes('', 'v1')).to.include({ pods: 'xPOwRZ+Yhw8=', events: 'r2yiGXH7wu8=' });
    expect(hashes('apps', 'v1')).to.include({ deployments: '8aSe+NMegvE=' });
    expect(hashes('events.k8s.io', 'v1'), 'of the same objects').to.deep.equal({ events: 'r2yiGXH7wu8=' });
  });

  it('has none where nothing is stored', () => {
    expect(hashes('', 'v1')['pods/status']).to.equal(undefined);
    expect(hashes('authorization.k8s.io', 'v1').subjectaccessreviews).to.equal(undefined);
    expect(hashes('metrics.k8s.io', 'v1beta1')).to.deep.equal({ nodes: undefined, pods: undefined });
  });
});
