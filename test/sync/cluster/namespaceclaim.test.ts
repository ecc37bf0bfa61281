import { expect } from 'chai';
import { NAMESPACES } from '../../../src/kube/kinds/resources.data.ts';
import { claimNamespace, claimProblem } from '../../../src/sync/cluster/namespaceclaim.ts';
import { holderOf } from '../../../src/sync/plan/tracking.ts';
import type { Owner } from '../../../src/sync/plan/types.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';

const owner = (delivery = 'shop', instance = 'i1'): Owner => ({ instance, delivery, environment: 'prod' });
const request = (who: Owner, allowed = false) => ({
  owner: who,
  namespace: 'shop-prod',
  allowed,
  signal: new AbortController().signal,
});

describe('the namespace as it is found in a cluster', () => {
  let cluster: ReturnType<typeof createFakeCluster>;
  beforeEach(() => {
    cluster = createFakeCluster();
  });

  const claims = async (who: Owner, allowed?: boolean) =>
    (await claimNamespace(cluster.client, request(who, allowed)))?.reason ?? 'claimed';
  const exists = (labels: Record<string, string> = {}) =>
    cluster.client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop-prod', labels },
    });

  it('is made with the mark of whose it is, and stays with them', async () => {
    expect(await claims(owner())).to.equal('claimed');
    expect(await claims(owner())).to.equal('claimed');
    expect(await claims(owner('other'))).to.equal('NamespaceTaken');
    expect(await claims(owner('other'), true)).to.equal('NamespaceTaken');
  });

  it('of another Pilotage on the same cluster is not taken either', async () => {
    await claims(owner('shop', 'i2'));
    const problem = await claimProblem(cluster.client, request(owner()));
    expect(problem?.message).to.contain('belongs to shop/prod of another Pilotage');
  });

  it('belongs to one of two that try at the same moment', async () => {
    const both = await Promise.all([claims(owner()), claims(owner('other'))]);
    expect(both.sort()).to.deep.equal(['NamespaceTaken', 'claimed']);
  });

  it('that nobody marked waits for a word, and is marked with it', async () => {
    await exists();
    expect((await claimProblem(cluster.client, request(owner())))?.reason).to.equal('NamespaceExists');
    expect(await claims(owner(), true)).to.equal('claimed');
    expect(await claims(owner('other'), true)).to.equal('NamespaceTaken');
  });

  it('that an earlier version made for it is its own', async () => {
    await exists({ 'pilotage.dev/delivery': 'shop', 'pilotage.dev/environment': 'prod' });
    expect(await claims(owner())).to.equal('claimed');
  });
});

describe('whose an object is', () => {
  const live = (tracking: string, delivery: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      annotations: { 'pilotage.dev/tracking': tracking },
      labels: { 'pilotage.dev/delivery': delivery, 'pilotage.dev/environment': 'prod' },
    },
  });

  it('is said by name', () => {
    expect(holderOf(live('i1/shop/prod/web', 'shop'), owner())).to.deep.equal({ type: 'ours', app: 'web' });
    expect(holderOf(live('i1/bank/prod/web', 'bank'), owner())).to.include({ environment: 'bank/prod' });
    expect(holderOf(live('i2/shop/prod/web', 'shop'), owner()).type).to.equal('other');
  });

  it('is read from the labels where an earlier version wrote a UID', () => {
    expect(holderOf(live('i1/0c1d-22/web', 'shop'), owner())).to.deep.equal({ type: 'ours', app: 'web' });
    expect(holderOf(live('i1/0c1d-22/web', 'bank'), owner())).to.include({ environment: 'bank/prod' });
  });
});
