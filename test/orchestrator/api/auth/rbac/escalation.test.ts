import { expect } from 'chai';
import type { KubeClient } from '../../../../../src/kube/client/client.ts';
import { SCOPE } from '../../../../../src/kube/client/scope.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  NODES,
  ROLE_BINDINGS,
  ROLES,
} from '../../../../../src/kube/kinds/resources.data.ts';
import { inProcessClient } from '../../../../../src/orchestrator/api/inprocess.ts';
import type { FakeClock } from '../../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../harness.ts';
import { refusal } from '../../notation.ts';
import { binding, give, person, role, write } from './notation.ts';

const RBAC = 'rbac.authorization.k8s.io';
const WRITES_ROLES = [`get,create,update,patch ${RBAC}:roles,rolebindings,clusterroles,clusterrolebindings`];
const inDefault = { namespace: 'default' };

describe('nobody gets more than they have', () => {
  let plane: TestApi<FakeClock>;
  let admin: KubeClient;
  let ann: KubeClient;
  beforeEach(async () => {
    plane = await startTestApi();
    admin = plane.client();
    ann = inProcessClient(plane.api, person('ann'));
  });
  afterEach(() => plane.dispose());

  it('by a role that says more', async () => {
    await give(admin, 'ann', [...WRITES_ROLES, 'get,list pods']);
    await write(ann, role('less', ['get pods']));
    const more = role('more', ['get,delete pods', 'get secrets one', 'get secrets two']);
    expect(await refusal(write(ann, more))).to.equal(
      [
        'Forbidden: clusterroles.rbac.authorization.k8s.io "more" is forbidden: user "ann" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["one"], Verbs:["get"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["two"], Verbs:["get"]}',
      ].join('\n'),
    );
  });

  it('by a change of a role, however it is written', async () => {
    await give(admin, 'ann', [...WRITES_ROLES, 'get pods'], 'default');
    await write(ann, role('mine', ['get pods'], 'default'));
    const key = { ...inDefault, name: 'mine' };
    const wider = role('mine', ['* *:*'], 'default');
    for (const attempt of [
      ann.update(ROLES, wider),
      ann.patch(ROLES, key, { type: 'merge', body: { rules: wider.rules.map((one) => ({ ...one })) } }),
      ann.apply(ROLES, wider, { fieldManager: 'ann', force: true }),
      ann.apply(ROLES, role('another', ['get secrets'], 'default'), { fieldManager: 'ann' }),
      ann.update(ROLES, role('put', ['get secrets'], 'default')),
    ])
      expect(await refusal(attempt)).to.contain('is attempting to grant RBAC permissions not currently held');
  });

  it('by a change in one namespace of what holds in another', async () => {
    await give(admin, 'ann', [...WRITES_ROLES, 'get pods'], 'default');
    expect(await refusal(write(ann, role('mine', ['get pods'], 'kube-system')))).to.match(/cannot create/);
  });

  it('by a binding to a role that says more, of their own or of others', async () => {
    await give(admin, 'ann', WRITES_ROLES);
    for (const attempt of [
      binding('up', 'ClusterRole cluster-admin', 'User ann'),
      binding('up', 'ClusterRole cluster-admin', 'User ann', 'default'),
    ])
      expect(await refusal(write(ann, attempt))).to.contain(
        'permissions not currently held:\n{APIGroups:["*"]',
      );
    expect(await refusal(write(ann, binding('up', 'ClusterRole none', 'User ann')))).to.equal(
      'NotFound: clusterrolebindings.rbac.authorization.k8s.io "none" not found',
    );
  });

  it('by new subjects of a binding to such a role', async () => {
    await give(admin, 'ann', WRITES_ROLES);
    await write(admin, binding('root', 'ClusterRole cluster-admin', 'User root'));
    const change = ann.update(
      CLUSTER_ROLE_BINDINGS,
      binding('root', 'ClusterRole cluster-admin', 'User ann'),
    );
    expect(await refusal(change)).to.contain('permissions not currently held');
  });

  it('but may be trusted to: by the verbs escalate and bind', async () => {
    await give(admin, 'ann', [...WRITES_ROLES, `bind ${RBAC}:clusterroles edit`, `escalate ${RBAC}:roles`]);
    await write(ann, binding('edit', 'ClusterRole edit', 'User bob'), role('any', ['* *:*'], 'default'));
    expect(await refusal(write(ann, binding('admin', 'ClusterRole cluster-admin', 'User bob')))).to.contain(
      'permissions not currently held',
    );
    expect(await refusal(write(ann, role('any', ['* *:*'])))).to.contain('permissions not currently held');
  });

  it('by a label that adds rules to the role of others', async () => {
    await give(admin, 'ann', WRITES_ROLES);
    const labelled = role('extra', ['get secrets']);
    const labels = { [`${RBAC}/aggregate-to-view`]: 'true' };
    expect(
      await refusal(
        write(ann, { ...labelled, metadata: { ...labelled.metadata, labels } as { name: string } }),
      ),
    ).to.contain('permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}');
  });

  it('by a role that gathers the rules of others', async () => {
    await give(admin, 'ann', WRITES_ROLES);
    const gathering = {
      ...role('all', []),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    };
    expect(await refusal(ann.create(CLUSTER_ROLES, gathering))).to.equal(
      'Forbidden: clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    );
    await admin.create(CLUSTER_ROLES, gathering);
    // Nor by taking the rule away, which would keep what has been gathered.
    expect(await refusal(ann.update(CLUSTER_ROLES, role('all', [])))).to.contain('must have cluster-admin');
  });

  it('by acting as somebody who has more', async () => {
    await give(admin, 'ann', ['impersonate users bob']);
    const asked = (name: string, ...groups: string[]) =>
      refusal(ann.as(person(name, ...groups)).list(CONFIG_MAPS, inDefault));
    expect(await asked('root')).to.contain('users "root" is forbidden: User "ann" cannot impersonate');
    expect(await asked('bob', 'system:masters')).to.contain(
      'groups "system:masters" is forbidden: User "ann" cannot impersonate resource "groups"',
    );
    expect(await asked('bob')).to.contain('User "bob" cannot list');
  });

  it('by the credentials of a node', async () => {
    const NODE = person('system:node:n1', 'system:nodes');
    const node = inProcessClient(plane.api, NODE);
    await write(admin, binding('nodes', 'ClusterRole cluster-admin', 'Group system:nodes'));
    const labels = { 'node-restriction.kubernetes.io/tier': 'secret' };
    const own = (metadata: object) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1', ...metadata },
    });
    expect(await refusal(node.create(NODES, own({ labels })))).to.equal(
      'Forbidden: nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/tier',
    );
    await node.create(NODES, own({ labels: { 'kubernetes.io/hostname': 'n1' } }));
    const patch = (body: object) => node.patch(NODES, { name: 'n1' }, { type: 'merge', body: body as never });
    expect(await refusal(patch({ spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }))).to.contain(
      'node "n1" is not allowed to modify taints',
    );
    expect(await refusal(patch({ metadata: { labels } }))).to.contain('is not allowed to modify labels');
    const attributes = { verb: 'create', group: '', ...inDefault, name: 'web' };
    for (const one of [
      { ...attributes, resource: 'pods' },
      { ...attributes, resource: 'pods', subresource: 'binding' },
      { ...attributes, resource: 'pods', subresource: 'ephemeralcontainers', verb: 'patch' },
      { ...attributes, resource: 'leases', group: 'coordination.k8s.io', verb: 'update' },
    ])
      expect((await plane.api.authorize(NODE, one)).allowed, JSON.stringify(one)).to.equal(false);
    await admin.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' } });
    expect(await refusal(node.patch(NODES, { name: 'n2' }, { type: 'merge', body: {} }))).to.contain(
      'a node may only write itself',
    );
  });

  it('as an environment, which gives in its namespace what it has there, and nothing outside of it', async () => {
    const environment = inProcessClient(plane.api, {
      name: 'system:pilotage:environment:shop:prod',
      groups: [SCOPE.group, 'system:authenticated'],
      extra: {
        [SCOPE.namespaces]: ['default'],
        [SCOPE.objects]: [`${RBAC}/clusterroles/mine`, `${RBAC}/clusterrolebindings/mine`],
      },
    });
    await write(
      environment,
      role('own', ['* apps:deployments', 'get,list secrets'], 'default'),
      binding('own', 'Role own', 'ServiceAccount default/robot', 'default'),
    );
    for (const attempt of [
      role('closed', ['get pilotage.dev:environments'], 'default'),
      role('acting', ['impersonate serviceaccounts'], 'default'),
      role('mine', ['get secrets']),
      binding('mine', 'ClusterRole cluster-admin', 'ServiceAccount default/robot'),
      binding('wide', 'ClusterRole cluster-admin', 'ServiceAccount default/robot', 'default'),
    ])
      expect(await refusal(write(environment, attempt)), attempt.metadata.name).to.contain(
        'permissions not currently held',
      );
  });

  it('while the garbage collector may release what it may not grant', async () => {
    await give(admin, 'ann', WRITES_ROLES);
    const held = binding('held', 'ClusterRole cluster-admin', 'User root', 'default');
    await admin.create(ROLE_BINDINGS, {
      ...held,
      metadata: { ...held.metadata, finalizers: ['example.com/a'] },
    });
    const body = { metadata: { finalizers: null } };
    const released = await ann.patch(ROLE_BINDINGS, { ...inDefault, name: 'held' }, { type: 'merge', body });
    expect(released.metadata.finalizers).to.equal(undefined);
  });
});
