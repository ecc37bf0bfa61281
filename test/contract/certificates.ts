import { expect } from 'chai';
import type { KubeClient } from '../../src/kube/client/client.ts';
import type { CertificateSigningRequest } from '../../src/kube/kinds/objects.data.ts';
import {
  CERTIFICATE_SIGNING_REQUESTS,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
} from '../../src/kube/kinds/resources.data.ts';
import type { Bench } from './kubeclient.ts';
import { eventually, refusal } from './notation.ts';
import { newRequest, signingRequest } from './signingrequest.ts';

const GROUP = 'certificates.k8s.io';
const RBAC = 'rbac.authorization.k8s.io';

/** Who may decide on certificates, who may sign them, and for whom nobody may. */
export function certificates(bench: Bench): void {
  const rule = (group: string, resources: string[], verbs: string[], resourceNames?: string[]) => ({
    apiGroups: [group],
    resources,
    verbs,
    ...(resourceNames ? { resourceNames } : {}),
  });
  /** Once the server knows it: somebody who may write all of the API's part, and what `rules` say of signers. */
  async function somebody(...rules: readonly object[]): Promise<KubeClient> {
    const name = bench.name('approver');
    const requests = ['', '/approval', '/status'].map((part) => `certificatesigningrequests${part}`);
    await bench.client.create(CLUSTER_ROLES, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [rule(GROUP, requests, ['get', 'update']), ...rules] as never,
    });
    await bench.client.create(CLUSTER_ROLE_BINDINGS, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', apiGroup: RBAC, name }],
    });
    const client = bench.client.as({ name, groups: ['system:authenticated'] });
    // kube-apiserver reads roles from a cache.
    await eventually(async () =>
      expect(
        (await refusal(client.get(CERTIFICATE_SIGNING_REQUESTS, { name: 'none' }))).status.reason,
      ).to.equal('NotFound'),
    );
    return client;
  }
  const create = () => bench.client.create(CERTIFICATE_SIGNING_REQUESTS, signingRequest(bench.name('csr')));
  const approve = (client: KubeClient, csr: CertificateSigningRequest) =>
    client.update(
      CERTIFICATE_SIGNING_REQUESTS,
      { ...csr, status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Tested' }] } },
      { subresource: 'approval' },
    );
  const issue = (client: KubeClient, csr: CertificateSigningRequest) =>
    client.update(
      CERTIFICATE_SIGNING_REQUESTS,
      { ...csr, status: { conditions: [{ type: 'Seen', status: 'True', reason: 'Tested' }] } },
      { subresource: 'status' },
    );

  it('are approved by who may approve for their signer, whatever else one may write', async () => {
    const csr = await create();
    const other = await somebody(rule(GROUP, ['signers'], ['approve'], ['example.com/other']));
    const error = await refusal(approve(other, csr));
    expect(error.status.reason).to.equal('Forbidden');
    expect(error.message).to.equal(
      `certificatesigningrequests.certificates.k8s.io "${csr.metadata.name}" is forbidden: user not permitted to approve requests with signerName "example.com/tester"`,
    );
    const own = await somebody(rule(GROUP, ['signers'], ['approve'], ['example.com/tester']));
    expect((await approve(own, csr)).status?.conditions?.[0]?.type).to.equal('Approved');
  });

  it('are signed by who may sign for their signer, or for all signers of its domain', async () => {
    const csr = await create();
    const approver = await somebody(rule(GROUP, ['signers'], ['approve'], ['example.com/tester']));
    expect((await refusal(issue(approver, csr))).message).to.contain(
      'is forbidden: user not permitted to sign requests with signerName "example.com/tester"',
    );
    const signer = await somebody(rule(GROUP, ['signers'], ['sign'], ['example.com/*']));
    expect((await issue(signer, csr)).status?.conditions?.[0]?.type).to.equal('Seen');
  });

  it('of clients of the API make nobody an administrator without limits', async () => {
    const request = newRequest({ commonName: 'eve', organizations: ['system:masters'] });
    const csr = signingRequest(bench.name('csr'), {
      request,
      signerName: 'kubernetes.io/kube-apiserver-client',
    });
    expect((await refusal(bench.client.create(CERTIFICATE_SIGNING_REQUESTS, csr))).message).to.contain(
      'is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
  });

  it('keep annotations that are written with a decision', async () => {
    const { metadata } = await create();
    const patched = await bench.client.patch(
      CERTIFICATE_SIGNING_REQUESTS,
      { name: metadata.name ?? '' },
      {
        type: 'merge',
        body: {
          metadata: { annotations: { decided: 'true' } },
          spec: { signerName: 'example.com/other' },
          status: {
            certificate: 'bm9uZQ==',
            conditions: [{ type: 'Looked', status: 'True', reason: 'Tested' }],
          },
        },
      },
      { subresource: 'approval' },
    );
    expect(patched.metadata.annotations).to.deep.equal({ decided: 'true' });
    expect(patched.spec.signerName).to.equal('example.com/tester');
    expect(patched.status?.conditions?.map(({ type }) => type)).to.deep.equal(['Looked']);
    expect(patched.status?.certificate).to.equal(undefined);
  });
}
