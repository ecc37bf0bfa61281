import { expect } from 'chai';
import { NODES, SERVICE_CIDRS } from '../../../../src/kube/kinds/resources.data.ts';
import { asNode, refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('the range that a node chooses for its pods', () => {
  const cluster = useTestApi();

  const node = (name: string, podCIDR?: string) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    ...(podCIDR === undefined ? {} : { spec: { podCIDR } }),
  });
  const create = (name: string, podCIDR?: string) =>
    asNode(cluster.client, name).create(NODES, node(name, podCIDR));
  const change = (name: string, podCIDR: string | null) =>
    asNode(cluster.client, name).patch(NODES, { name }, { type: 'merge', body: { spec: { podCIDR } } });

  it('is sixteen bits of loopback, and not those of the machine itself', async () => {
    const wrong = [
      '10.0.0.0/8',
      '127.0.0.0/16',
      '127.7.0.0/8',
      '127.7.1.0/24',
      '127.300.0.0/16',
      '0.0.0.0/0',
      'x',
    ];
    for (const range of wrong)
      expect(await refusal(create('n1', range))).to.contain(`must be like 127.7.0.0/16, not "${range}"`);
    expect((await create('n1', '127.7.0.0/16')).spec?.podCIDR).to.equal('127.7.0.0/16');
  });

  it('overlaps with that of no other node, however that one came by it', async () => {
    await create('n1', '127.7.0.0/16');
    await cluster.client.create(NODES, node('wide', '127.64.0.0/10'));
    expect(await refusal(create('n2', '127.7.0.0/16'))).to.contain(
      'node "n1" has the range 127.7.0.0/16 already',
    );
    expect(await refusal(create('n2', '127.65.0.0/16'))).to.contain(
      'node "wide" has the range 127.64.0.0/10 already',
    );
  });

  it('overlaps with none that Services have', async () => {
    await cluster.client.create(SERVICE_CIDRS, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'more' },
      spec: { cidrs: ['127.250.4.0/24', 'fd00::/108'] },
    });
    expect(await refusal(create('n1', '127.250.0.0/16'))).to.contain(
      'Services have the range 127.250.4.0/24',
    );
  });

  it('stays what it is once it is set, and can be set when it is not', async () => {
    await create('n1');
    await change('n1', '127.7.0.0/16');
    for (const range of ['127.8.0.0/16', null])
      expect(await refusal(change('n1', range))).to.contain(
        'its range is 127.7.0.0/16 and cannot be changed',
      );
    expect((await change('n1', '127.7.0.0/16')).spec?.podCIDR).to.equal('127.7.0.0/16');
  });
});
