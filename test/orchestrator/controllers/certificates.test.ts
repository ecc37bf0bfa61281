import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import type { CertificateSigningRequest } from '../../../src/kube/kinds/objects.data.ts';
import {
  CERTIFICATE_SIGNING_REQUESTS,
  CLUSTER_ROLE_BINDINGS,
  CONFIG_MAPS,
} from '../../../src/kube/kinds/resources.data.ts';
import { isConflict } from '../../../src/kube/values/status.ts';
import { refusal } from '../../contract/notation.ts';
import { newRequest, signingRequest } from '../../contract/signingrequest.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';

const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';

describe('a CertificateSigningRequest', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());
  const create = (name: string, spec: Partial<CertificateSigningRequest['spec']>, client = cluster.client) =>
    client.create(CERTIFICATE_SIGNING_REQUESTS, signingRequest(name, spec));
  const get = (name: string) => cluster.client.get(CERTIFICATE_SIGNING_REQUESTS, { name });
  /** As kubectl does: on the latest state, for the controllers of the cluster write there too. */
  async function approve(csr: CertificateSigningRequest): Promise<void> {
    const status = { conditions: [{ type: 'Approved', status: 'True', reason: 'Tested' }] };
    const options = { subresource: 'approval' };
    try {
      await cluster.client.update(CERTIFICATE_SIGNING_REQUESTS, { ...csr, status }, options);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await approve(await get(csr.metadata.name ?? ''));
    }
  }
  const issued = async (name: string): Promise<X509Certificate> => {
    const { status } = await eventually(
      () => get(name),
      (csr) => csr.status?.certificate !== undefined,
    );
    return new X509Certificate(Buffer.from(status?.certificate ?? '', 'base64'));
  };
  const nodeClient = (name: string) =>
    cluster.client.as({
      name: `system:node:${name}`,
      groups: ['system:nodes', 'system:authenticated'],
    });
  const nodeRequest = (name: string) => ({
    request: newRequest({ commonName: `system:node:${name}`, organizations: ['system:nodes'] }),
    signerName: KUBELET_CLIENT,
    usages: ['digital signature', 'client auth'],
  });

  it('of an API client is signed by the authority of the cluster when a person has approved it', async () => {
    const csr = await create('jane', {
      request: newRequest({ commonName: 'jane', organizations: ['dev', 'ops'] }),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth', 'key encipherment'],
      expirationSeconds: 3600,
    });
    const before = Date.now();
    await approve(csr);
    const certificate = await issued('jane');
    expect(certificate.subject).to.equal('O=dev\nO=ops\nCN=jane');
    expect(certificate.keyUsage).to.deep.equal(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).to.equal(false);
    expect(Date.parse(certificate.validTo) - before).to.be.within(3_590_000, 3_620_000);
    const { data } = await eventually(
      () => cluster.client.get(CONFIG_MAPS, { namespace: 'default', name: 'kube-root-ca.crt' }),
      () => true,
    );
    const authority = new X509Certificate(data?.['ca.crt'] ?? '');
    expect(certificate.checkIssued(authority)).to.equal(true);
    expect(certificate.verify(authority.publicKey)).to.equal(true);
  });

  it('that asks its signer for what it does not sign fails, and says why', async () => {
    const csr = await create('serving', {
      request: newRequest({ commonName: 'web', dnsNames: ['web.example.com'] }),
      signerName: 'kubernetes.io/kubelet-serving',
      usages: ['digital signature', 'server auth'],
    });
    await approve(csr);
    const failed = await eventually(
      () => get('serving'),
      ({ status }) => status?.conditions?.some(({ type }) => type === 'Failed') ?? false,
    );
    expect(failed.status?.certificate).to.equal(undefined);
    expect(failed.status?.conditions?.at(-1)).to.include({
      reason: 'SignerValidationFailure',
      message: 'subject organization is not system:nodes',
    });
  });

  it('of a node is for no other node', async () => {
    const error = await refusal(create('n9', nodeRequest('n9'), nodeClient('n1')));
    expect(error.message).to.contain('is forbidden: can only create a node CSR with CN=system:node:n1');
  });

  it('of a node for itself is approved and signed where a role lets the node have it', async () => {
    const group = 'rbac.authorization.k8s.io';
    await cluster.client.create(CLUSTER_ROLE_BINDINGS, {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'nodes-renew' },
      roleRef: {
        apiGroup: group,
        kind: 'ClusterRole',
        name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
      },
      subjects: [{ kind: 'Group', apiGroup: group, name: 'system:nodes' }],
    });
    await create('n1', nodeRequest('n1'), nodeClient('n1'));
    expect((await issued('n1')).subject).to.equal('O=system:nodes\nCN=system:node:n1');
    expect((await get('n1')).status?.conditions?.[0]).to.include({
      type: 'Approved',
      reason: 'AutoApproved',
      message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    });
  });

  it('of another signer is left to it, and one that no role approves to a person', async () => {
    await approve(await create('other', { signerName: 'example.com/tester' }));
    const stranger = cluster.client.as({ name: 'eve', groups: ['system:masters'] });
    const waiting = await create('n2', nodeRequest('n2'), stranger);
    expect(waiting.spec.username).to.equal('eve');
    await approve(await create('last', { ...nodeRequest('n3') }));
    await issued('last');
    expect((await get('other')).status?.certificate).to.equal(undefined);
  });
});
