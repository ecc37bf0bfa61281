import { expect } from 'chai';
import { SERVICES } from '../../../../src/kube/kinds/resources.data.ts';
import { refusal, service } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('services', () => {
  const cluster = useTestApi();

  const key = (name: string) => ({ namespace: 'default', name });
  const toType = (name: string, type: string) =>
    cluster.client.patch(SERVICES, key(name), { type: 'merge', body: { spec: { type } } });

  it('are given an address of the range, which they keep', async () => {
    const created = await cluster.client.create(SERVICES, service('web'));
    expect(created.spec.clusterIP).to.match(/^127\.213\.\d+\.\d+$/);
    expect(created.spec.clusterIPs).to.deep.equal([created.spec.clusterIP]);
    const updated = await cluster.client.update(SERVICES, service('web', { selector: { app: 'other' } }));
    expect(updated.spec.clusterIP).to.equal(created.spec.clusterIP);
  });

  it('are never given the same address, even when created at once', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `web-${i}`);
    const created = await Promise.all(
      names.map((name) => cluster.client.create(SERVICES, service(name, { type: 'NodePort' }))),
    );
    expect(new Set(created.map(({ spec }) => spec.clusterIP)).size).to.equal(40);
    expect(new Set(created.map(({ spec }) => spec.ports?.[0]?.nodePort)).size).to.equal(40);
  });

  it('are given the address they ask for, or told why not', async () => {
    await cluster.client.create(SERVICES, service('a', { clusterIP: '127.213.0.7' }));
    expect(
      await refusal(cluster.client.create(SERVICES, service('b', { clusterIP: '127.213.0.7' }))),
    ).to.equal(
      'Invalid: Service "b" is invalid: spec.clusterIPs: Invalid value: ["127.213.0.7"]: failed to allocate IP 127.213.0.7: provided IP is already allocated',
    );
    expect(
      await refusal(cluster.client.create(SERVICES, service('b', { clusterIP: '10.0.0.1' }))),
    ).to.include('the provided IP is not in the valid range 127.213.0.0/16');
  });

  it('do not change their address', async () => {
    await cluster.client.create(SERVICES, service('a', { clusterIP: '127.213.0.7' }));
    const changed = cluster.client.update(SERVICES, service('a', { clusterIP: '127.213.0.8' }));
    expect(await refusal(changed)).to.include('may not change once set');
  });

  it('may be headless, or only a name', async () => {
    const headless = await cluster.client.create(SERVICES, service('a', { clusterIP: 'None' }));
    expect(headless.spec.clusterIPs).to.deep.equal(['None']);
    const alias = await cluster.client.create(
      SERVICES,
      service('b', { type: 'ExternalName', externalName: 'example.org' }),
    );
    expect(alias.spec.clusterIP).to.equal(undefined);
  });

  it('of type NodePort are given a port of the node, keep it, and give it back', async () => {
    const created = await cluster.client.create(SERVICES, service('web', { type: 'NodePort' }));
    const nodePort = created.spec.ports?.[0]?.nodePort ?? 0;
    expect(nodePort).to.be.within(30_000, 32_767);
    const updated = await cluster.client.update(SERVICES, service('web', { type: 'NodePort' }));
    expect(updated.spec.ports?.[0]?.nodePort).to.equal(nodePort);
    const plain = await toType('web', 'ClusterIP');
    expect(plain.spec.ports?.[0]?.nodePort).to.equal(undefined);
  });

  it('are told when a node port is taken or out of range', async () => {
    await cluster.client.create(SERVICES, service('a', { type: 'NodePort' }, { nodePort: 30_080 }));
    expect(
      await refusal(
        cluster.client.create(SERVICES, service('b', { type: 'NodePort' }, { nodePort: 30_080 })),
      ),
    ).to.equal(
      'Invalid: Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    expect(
      await refusal(cluster.client.create(SERVICES, service('b', { type: 'NodePort' }, { nodePort: 80 }))),
    ).to.include('The range of valid ports is 30000-32767');
  });

  it('applied a second time change nothing', async () => {
    const intent = service('web', { type: 'NodePort' });
    const first = await cluster.client.apply(SERVICES, intent, { fieldManager: 'test' });
    const second = await cluster.client.apply(SERVICES, intent, { fieldManager: 'test' });
    expect(second).to.deep.equal(first);
  });
});
