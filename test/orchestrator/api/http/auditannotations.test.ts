import { expect } from 'chai';
import { type Audited, startAudited } from './audited.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'host' }], ...spec },
});

describe('what plug-ins of admission say for the record', () => {
  let audited: Audited;
  before(async () => {
    audited = await startAudited();
    const labels = {
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/audit-version': 'v1.7',
    };
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } };
    await audited.ask('POST', '/api/v1/namespaces', { body });
    await audited.ask('POST', '/api/v1/namespaces/shop/serviceaccounts', {
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    });
  });
  beforeEach(() => void audited.events.splice(0));
  after(() => audited.close());

  const said = (key: string) => audited.events.at(-1)?.annotations?.[key];

  it('is the level that was enforced, and what another level would forbid', async () => {
    const { code } = await audited.ask('POST', PODS, { body: pod('web') });
    expect(code).to.equal(201);
    expect(said('pod-security.kubernetes.io/enforce-policy')).to.equal('baseline:latest');
    expect(said('pod-security.kubernetes.io/audit-violations')).to.equal(
      'would violate PodSecurity "restricted:v1.7": runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true)',
    );
  });

  it('is there of a request that is refused, too', async () => {
    const { code } = await audited.ask('POST', PODS, { body: pod('host', { hostNetwork: true }) });
    expect(code).to.equal(403);
    expect(said('pod-security.kubernetes.io/enforce-policy')).to.equal('baseline:latest');
    expect(said('authorization.k8s.io/decision')).to.equal('allow');
  });
});
