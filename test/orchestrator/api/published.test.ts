import { expect } from 'chai';
import type { Service } from '../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../../src/kube/kinds/resources.data.ts';
import { publish } from '../../../src/orchestrator/api/published.ts';
import { readOnly } from './notation.ts';
import { useTestApi } from './suite.ts';

const KEY = { namespace: 'default', name: 'kubernetes' };
const PUBLICATION = {
  host: '127.0.0.1',
  port: 7443,
  clusterIP: '127.213.0.1',
  url: 'https://127.0.0.1:7443',
  authority: 'PEM',
  frontProxyAuthority: 'PEM of another',
};

describe('what an API server says of itself', () => {
  const cluster = useTestApi();

  it('is the Service default/kubernetes at the first address of its range, with itself as the endpoint', async () => {
    await publish(cluster.client, PUBLICATION);
    const service = await cluster.client.get(SERVICES, KEY);
    expect(service.metadata.labels).to.deep.equal({ component: 'apiserver', provider: 'kubernetes' });
    expect(service.spec).to.deep.include({ clusterIP: '127.213.0.1', type: 'ClusterIP' });
    expect(service.spec.ports?.[0]).to.deep.include({ name: 'https', port: 443, targetPort: 6443 });
    const slice = await cluster.client.get(ENDPOINT_SLICES, KEY);
    expect(slice.endpoints?.[0]?.addresses).to.deep.equal(['127.0.0.1']);
    expect(slice.ports?.[0]).to.deep.include({ name: 'https', port: 7443 });
    const { subsets, metadata } = await cluster.client.get(ENDPOINTS, KEY);
    expect(subsets?.[0]?.addresses?.[0]).to.deep.include({ ip: '127.0.0.1' });
    expect(metadata.labels).to.deep.equal({ 'endpointslice.kubernetes.io/skip-mirror': 'true' });
    expect(slice.metadata.labels).to.deep.equal({ 'kubernetes.io/service-name': 'kubernetes' });
  });

  it('is not written again while nothing has changed', async () => {
    await publish(cluster.client, PUBLICATION);
    await publish(readOnly(cluster.client), PUBLICATION);
  });

  it('follows the port, and puts right what somebody has changed or deleted', async () => {
    await publish(cluster.client, PUBLICATION);
    await cluster.client.delete(ENDPOINT_SLICES, KEY);
    await cluster.client.patch(SERVICES, KEY, {
      type: 'merge',
      body: { spec: { sessionAffinity: 'ClientIP' } },
    });
    await publish(cluster.client, { ...PUBLICATION, port: 7444 });
    expect((await cluster.client.get(ENDPOINT_SLICES, KEY)).ports?.[0]?.port).to.equal(7444);
    expect((await cluster.client.get(SERVICES, KEY)).spec.sessionAffinity).to.equal('None');
  });

  it('takes another address where an older cluster has given the first one away', async () => {
    const metadata = { name: 'old', namespace: 'default' };
    const spec = { clusterIP: '127.213.0.1', ports: [{ port: 80 }] };
    await cluster.client.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata, spec });
    await publish(cluster.client, PUBLICATION);
    const { spec: own }: Service = await cluster.client.get(SERVICES, KEY);
    expect(own.clusterIP).to.match(/^127\.213\./);
    expect(own.clusterIP).not.to.equal('127.213.0.1');
  });

  it('names the authority to those who have no kubeconfig, and to aggregated API servers', async () => {
    await publish(cluster.client, PUBLICATION);
    const info = await cluster.client.get(CONFIG_MAPS, { namespace: 'kube-public', name: 'cluster-info' });
    expect(info.data?.kubeconfig).to.contain('server: https://127.0.0.1:7443');
    const trust = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
    expect((await cluster.client.get(CONFIG_MAPS, trust)).data).to.deep.equal({
      'client-ca-file': 'PEM',
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': 'PEM of another',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    });
  });
});
