import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { CONFIG_MAPS, NAMESPACES } from '../../../../src/kube/kinds/resources.data.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { refusal } from '../notation.ts';

describe('namespaces', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    plane = await startTestApi();
    client = plane.client();
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  });
  afterEach(() => plane.dispose());

  const thing = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
  const shop = { name: 'shop' };

  it('begin Active, with a finalizer, and can be selected by name', async () => {
    const namespace = await client.get(NAMESPACES, shop);
    expect(namespace.status?.phase).to.equal('Active');
    expect(namespace.spec?.finalizers).to.deep.equal(['kubernetes']);
    const labelSelector = 'kubernetes.io/metadata.name=shop';
    expect((await client.list(NAMESPACES, { labelSelector })).items).to.deep.equal([namespace]);
  });

  it('that are Terminating take nothing new, but keep what is there', async () => {
    await client.create(CONFIG_MAPS, thing);
    const marked = await client.delete(NAMESPACES, shop);
    expect(marked.status).to.include({ phase: 'Terminating' });
    const another = { ...thing, metadata: { ...thing.metadata, name: 'b' } };
    expect(await refusal(client.create(CONFIG_MAPS, another))).to.equal(
      'Forbidden: configmaps "b" is forbidden: unable to create new content in namespace shop because it is being terminated',
    );
    await client.update(CONFIG_MAPS, { ...thing, data: { still: 'writable' } });
  });

  it('go when they are finalized, and not before', async () => {
    await client.delete(NAMESPACES, shop);
    await client.delete(NAMESPACES, shop);
    const marked = await client.get(NAMESPACES, shop);
    const namespace = await client.update(NAMESPACES, { ...marked, spec: { finalizers: [] } });
    expect((await client.get(NAMESPACES, shop)).spec?.finalizers).to.deep.equal(['kubernetes']);
    await client.update(NAMESPACES, { ...namespace, spec: { finalizers: [] } }, { subresource: 'finalize' });
    expect(await refusal(client.get(NAMESPACES, shop))).to.equal('NotFound: namespaces "shop" not found');
  });
});
