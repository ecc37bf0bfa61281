import { expect } from 'chai';
import type { KubeClient } from '../../../../../src/kube/client/client.ts';
import { SCOPE } from '../../../../../src/kube/client/scope.ts';
import { serviceAccountUser } from '../../../../../src/kube/client/serviceaccount.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  PODS,
  ROLE_BINDINGS,
} from '../../../../../src/kube/kinds/resources.data.ts';
import { createAuthorization } from '../../../../../src/orchestrator/api/auth/authorizer.ts';
import { AUTOUPDATE, defaultPolicy } from '../../../../../src/orchestrator/api/auth/rbac/defaultpolicy.ts';
import { worker } from '../../../../../src/orchestrator/api/auth/workers.ts';
import { ensureDefaultRoles } from '../../../../../src/orchestrator/api/defaultroles.ts';
import { inProcessClient } from '../../../../../src/orchestrator/api/inprocess.ts';
import type { FakeClock } from '../../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../harness.ts';
import { readOnly } from '../../notation.ts';
import { binding, person } from './notation.ts';

describe('the default roles', () => {
  let plane: TestApi<FakeClock>;
  let admin: KubeClient;
  const apiserver = () => inProcessClient(plane.api, worker('system:apiserver'));
  const ensure = () => ensureDefaultRoles(apiserver());
  const clusterRole = (name: string) => admin.get(CLUSTER_ROLES, { name });
  const clusterBinding = (name: string) => admin.get(CLUSTER_ROLE_BINDINGS, { name });
  const may = async (user: Parameters<typeof plane.api.authorize>[0], path: string) =>
    (await plane.api.authorize(user, { verb: 'get', path })).allowed;

  beforeEach(async () => {
    // Nothing is known but what is stored.
    plane = await startTestApi({
      authorization: createAuthorization({
        pods: () => [],
        ingresses: () => [],
        gateways: () => [],
        grants: () => [],
        hasPolicies: () => false,
      }),
    });
    admin = plane.client();
    await ensure();
  });
  afterEach(() => plane.dispose());

  it('let everybody discover the API and ask about themselves, and nobody without credentials more than health', async () => {
    const anonymous = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
    for (const path of ['/api', '/apis/apps/v1', '/openapi/v3', '/version', '/healthz'])
      expect(await may(person('ann'), path), path).to.equal(true);
    for (const path of ['/healthz', '/livez', '/readyz', '/version'])
      expect(await may(anonymous, path), path).to.equal(true);
    for (const path of ['/api', '/apis', '/openapi/v3', '/metrics'])
      expect(await may(anonymous, path), path).to.equal(false);
  });

  it('are written once', () => ensureDefaultRoles(readOnly(apiserver())));

  it('get back what they lack, and keep what somebody has added', async () => {
    const extra = { verbs: ['get'], nonResourceURLs: ['/metrics'] };
    const key = { name: 'system:discovery' };
    await admin.patch(CLUSTER_ROLES, key, { type: 'merge', body: { rules: [extra] } });
    const subjects = [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }];
    await admin.patch(CLUSTER_ROLE_BINDINGS, key, { type: 'merge', body: { subjects } });
    await admin.delete(CLUSTER_ROLES, { name: 'cluster-admin' });
    await ensure();
    const [first, ...more] = (await clusterRole('system:discovery')).rules ?? [];
    expect(first).to.deep.equal(extra);
    expect(more.map(({ nonResourceURLs }) => nonResourceURLs?.[0])).to.include('/apis');
    const bound = (await clusterBinding('system:discovery')).subjects ?? [];
    expect(bound.map(({ name }) => name)).to.deep.equal(['ann', 'system:authenticated']);
    expect((await clusterRole('cluster-admin')).rules).to.have.length(2);
  });

  it('are left alone where their annotation says so', async () => {
    const body = { rules: [], metadata: { annotations: { [AUTOUPDATE]: 'false' } } };
    await admin.patch(CLUSTER_ROLES, { name: 'system:discovery' }, { type: 'merge', body });
    await ensure();
    expect((await clusterRole('system:discovery')).rules ?? []).to.deep.equal([]);
  });

  it('are bound again where their binding leads to another role', async () => {
    await admin.delete(CLUSTER_ROLE_BINDINGS, { name: 'system:basic-user' });
    await admin.create(
      CLUSTER_ROLE_BINDINGS,
      binding('system:basic-user', 'ClusterRole cluster-admin', 'User eve'),
    );
    await ensure();
    const { roleRef, subjects } = await clusterBinding('system:basic-user');
    expect([roleRef.name, subjects?.map(({ name }) => name)]).to.deep.equal([
      'system:basic-user',
      ['system:authenticated'],
    ]);
  });

  it('are not what workers, nodes and environments live on: deleted roles stop nobody', async () => {
    await admin.deleteCollection(CLUSTER_ROLE_BINDINGS);
    await admin.deleteCollection(CLUSTER_ROLES);
    expect(await may(person('ann'), '/apis')).to.equal(false);
    for (const user of [
      serviceAccountUser('kube-system', 'generic-garbage-collector'),
      person('system:node:n1', 'system:nodes'),
      person('system:pilotage:environment:shop:prod', SCOPE.group),
    ])
      expect(await may(user, '/apis'), user.name).to.equal(true);
    const scheduler = inProcessClient(plane.api, worker('system:kube-scheduler'));
    expect((await scheduler.list(PODS)).items).to.deep.equal([]);
  });

  it('say of each worker what its table says', async () => {
    const deployments = await clusterRole('system:controller:deployment-controller');
    expect(deployments.rules?.[0]).to.deep.equal({
      apiGroups: ['apps'],
      resources: ['deployments'],
      verbs: ['get', 'patch'],
    });
    const { subjects } = await clusterBinding('system:controller:deployment-controller');
    const user = serviceAccountUser('kube-system', 'deployment-controller').name;
    expect(
      subjects?.map(({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`),
    ).to.deep.equal([user]);
    // What holds in one namespace only is no rule for the whole cluster.
    const manager = await clusterRole('system:kube-controller-manager');
    const acting = manager.rules?.filter(({ verbs }) => verbs.includes('impersonate')) ?? [];
    expect(acting.flatMap(({ resources }) => resources)).to.deep.equal(['groups']);
    expect(defaultPolicy().clusterRoles.map(({ metadata }) => metadata.name)).to.not.include(
      'system:pilotage:sync',
    );
  });

  it('let extension servers read how clients authenticate', async () => {
    const key = { namespace: 'kube-system', name: 'system::extension-apiserver-authentication-reader' };
    expect((await admin.get(ROLE_BINDINGS, key)).roleRef.name).to.equal(
      'extension-apiserver-authentication-reader',
    );
  });
});
