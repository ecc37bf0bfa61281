import { expect } from 'chai';
import { NAMESPACES, SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import type { Environment } from '../../../src/model/types.ts';
import type { Lookup } from '../../../src/render/recorded.ts';
import { lookUp } from '../../../src/sync/cluster/lookup.ts';
import type { Fence } from '../../../src/sync/plan/fence.ts';
import { createFakeCluster, type FakeCluster } from '../../fakes/cluster.ts';

const environment = {
  spec: { delivery: 'shop', environment: 'dev', namespace: 'shop-dev', cluster: 'elsewhere' },
} as Environment;
const fence: Fence = {
  ...{ delivery: 'shop', environment: 'dev', namespace: 'shop-dev', foreignNamespaces: 'allow' as const },
  ...{ namespaces: ['shop-dev'], clusterScoped: ['Node'], ownerOf: () => undefined },
};
const owner = { instance: 'instance-1', delivery: 'shop', environment: 'dev' };

describe('what is told of the cluster to templates', () => {
  let cluster: FakeCluster;
  beforeEach(async () => {
    cluster = createFakeCluster();
    for (const name of ['shop-dev', 'others'])
      await cluster.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const [name, tracking] of [
      ['ours', 'instance-1/shop/dev/web'],
      ['theirs', 'instance-2/shop/dev/web'],
    ] as const) {
      const annotations = { 'pilotage.dev/tracking': tracking };
      const metadata = { name, namespace: 'shop-dev', annotations };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { k: 'eA==' } };
      await cluster.client.apply(SECRETS, secret, { fieldManager: 'someone', force: true });
    }
  });
  const ask = (more: Partial<Lookup>) =>
    lookUp(
      { client: cluster.client, environment, owner, fence, signal: new AbortController().signal },
      { apiVersion: 'v1', kind: 'Secret', namespace: 'shop-dev', name: '', ...more },
    );

  it('is an object without managedFields, and whether the environment has delivered it', async () => {
    const ours = await ask({ name: 'ours' });
    expect(ours.isDelivered).equal(true);
    expect(ours.answer).nested.property('object.data').deep.equal({ k: 'eA==' });
    expect(ours.answer).not.nested.property('object.metadata.managedFields');
    expect((await ask({ name: 'theirs' })).isDelivered).equal(false);
  });

  it('is a list where no name is asked for', async () => {
    const { answer } = await ask({});
    expect(answer).nested.property('object.items').length(2);
    expect(answer).not.nested.property('object.items[0].metadata.managedFields');
  });

  it('is nothing for what is not there, and for a kind that a known version does not have', async () => {
    expect(await ask({ name: 'none' })).deep.equal({ answer: { object: {} } });
    expect(await ask({ kind: 'Foo' })).deep.equal({ answer: { object: {} } });
  });

  it('is an error for a version that the cluster does not know, in the words of Helm', async () => {
    expect((await ask({ apiVersion: 'example.com/v1', kind: 'Foo' })).answer).deep.equal({
      error:
        'unable to get apiresource from unstructured: example.com/v1, Kind=Foo: the server could not find the requested resource',
    });
  });

  it('is what the cluster refuses with, unless that may pass', async () => {
    const failing = (reason: 'Forbidden' | 'ServiceUnavailable') => {
      const get = async () => {
        throw statusError(reason, `it is ${reason}`);
      };
      const client = { ...cluster.client, get, list: get } as typeof cluster.client;
      const parts = { client, environment, owner, fence, signal: new AbortController().signal };
      return lookUp(parts, { apiVersion: 'v1', kind: 'Node', namespace: '', name: '' });
    };
    expect(await failing('Forbidden')).deep.equal({ answer: { error: 'it is Forbidden' } });
    expect(await failing('ServiceUnavailable').catch(String)).contain('it is ServiceUnavailable');
  });

  it('is nothing outside of the fence, with what would open it', async () => {
    const { answer, refusal } = await ask({ namespace: 'others', name: 'a' });
    expect(answer).deep.equal({ object: {} });
    expect(refusal?.message).contain('templates look up Secret others/a, which shop/dev may not read');
    expect(refusal?.remedy).contain('--allow-namespace others');
  });
});
