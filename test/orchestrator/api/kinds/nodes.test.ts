import { expect } from 'chai';
import type { Node } from '../../../../src/kube/kinds/objects.data.ts';
import { NODES } from '../../../../src/kube/kinds/resources.data.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';

describe('a Node', () => {
  let api: TestApi<FakeClock>;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.dispose());

  const node = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { zone: 'a' } },
    status: { capacity: { cpu: '2', 'example.com/gpu': '1' } },
  });

  it('keeps the status that it is registered with, which belongs to nobody yet; its labels have an owner', async () => {
    const client = api.client();
    const created = await client.create<Node>(NODES, node('n1'), { fieldManager: 'e2e' });
    expect(created.status?.capacity).to.deep.equal({ cpu: '2', 'example.com/gpu': '1' });
    expect(created.status?.allocatable).to.deep.equal(created.status?.capacity);
    expect(created.metadata.managedFields?.[0]).to.include({ manager: 'e2e', operation: 'Update' });
    const owned = JSON.stringify(created.metadata.managedFields?.[0]?.fieldsV1);
    expect(owned).to.contain('f:zone').and.not.contain('f:status');
  });

  it('is given a status through the subresource alone, once it is there', async () => {
    const client = api.client();
    const [live] = (await client.list<Node>(NODES)).items;
    const changed = { ...live, status: { capacity: { cpu: '4' } } } as Node;
    const updated = await client.update<Node>(NODES, changed);
    expect(updated.status?.capacity?.cpu).to.equal('2');
    const reported = await client.update<Node>(
      NODES,
      { ...updated, status: changed.status ?? {} },
      { subresource: 'status' },
    );
    expect(reported.status?.capacity?.cpu).to.equal('4');
  });
});
