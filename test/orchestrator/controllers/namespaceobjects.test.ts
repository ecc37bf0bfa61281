import { expect } from 'chai';
import { CONFIG_MAPS, SERVICE_ACCOUNTS } from '../../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../src/kube/values/status.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';

const CA = { namespace: 'shop', name: 'kube-root-ca.crt' };
const ACCOUNT = { namespace: 'shop', name: 'default' };

describe('every namespace', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
    await cluster.createNamespace('shop');
  });
  after(() => cluster.stop());
  const authority = () => cluster.client.get(CONFIG_MAPS, CA).catch(notFoundAsUndefined);
  const account = () => cluster.client.get(SERVICE_ACCOUNTS, ACCOUNT).catch(notFoundAsUndefined);

  it('has the certificate of the authority, which comes back when it is deleted or changed', async () => {
    const first = await eventually(authority, (map) => map !== undefined);
    expect(first?.data?.['ca.crt']).to.match(/^-----BEGIN CERTIFICATE-----/);
    await cluster.client.patch(CONFIG_MAPS, CA, { type: 'merge', body: { data: { 'ca.crt': 'forged' } } });
    await eventually(authority, (map) => map?.data?.['ca.crt'] === first?.data?.['ca.crt']);
    await cluster.client.delete(CONFIG_MAPS, CA);
    await eventually(authority, (map) => map !== undefined && map.metadata.uid !== first?.metadata.uid);
  });

  it('has a service account for pods that name none, which comes back when it is deleted', async () => {
    const first = await eventually(account, (found) => found !== undefined);
    await cluster.client.delete(SERVICE_ACCOUNTS, ACCOUNT);
    await eventually(account, (found) => found !== undefined && found.metadata.uid !== first?.metadata.uid);
  });
});
