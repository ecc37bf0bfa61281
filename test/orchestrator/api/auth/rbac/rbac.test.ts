import { expect } from 'chai';
import type { KubeClient } from '../../../../../src/kube/client/client.ts';
import { serviceAccountUser } from '../../../../../src/kube/client/serviceaccount.ts';
import { CONFIG_MAPS, PODS, ROLE_BINDINGS, ROLES } from '../../../../../src/kube/kinds/resources.data.ts';
import type { Attributes } from '../../../../../src/orchestrator/api/authorization.ts';
import { inProcessClient } from '../../../../../src/orchestrator/api/inprocess.ts';
import type { FakeClock } from '../../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../harness.ts';
import { refusal } from '../../notation.ts';
import { binding, give, person, role, write } from './notation.ts';

const inDefault = { namespace: 'default' };
const ANN = person('ann', 'ops');

describe('roles', () => {
  let plane: TestApi<FakeClock>;
  let admin: KubeClient;
  beforeEach(async () => {
    plane = await startTestApi();
    admin = plane.client();
  });
  afterEach(() => plane.dispose());

  const ann = () => inProcessClient(plane.api, ANN);
  const decide = (attributes: Attributes, user = ANN) => plane.api.authorize(user, attributes);
  const getPods = { verb: 'get', group: '', resource: 'pods', ...inDefault, name: 'web' };

  it('give nothing to who is bound to none, in the words that scripts match', async () => {
    expect(await refusal(ann().list(PODS, inDefault))).to.equal(
      'Forbidden: pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(await refusal(ann().list(PODS))).to.equal(
      'Forbidden: pods is forbidden: User "ann" cannot list resource "pods" in API group "" at the cluster scope',
    );
    expect(await refusal(ann().get(PODS, { ...inDefault, name: 'web' }))).to.equal(
      'Forbidden: pods "web" is forbidden: User "ann" cannot get resource "pods" in API group "" in the namespace "default"',
    );
  });

  it('of a namespace give what they say there, and nothing elsewhere', async () => {
    await give(admin, 'ann', ['get,list pods'], 'default');
    expect((await ann().list(PODS, inDefault)).items).to.deep.equal([]);
    for (const refused of [
      ann().list(PODS),
      ann().list(PODS, { namespace: 'kube-system' }),
      ann().list(CONFIG_MAPS, inDefault),
      ann().get(PODS, { ...inDefault, name: 'web' }, { subresource: 'status' }),
    ])
      expect(await refusal(refused)).to.match(/^Forbidden: /);
  });

  it('that name an object let it be listed and watched where the selector names it, and nothing else', async () => {
    const rule = {
      verbs: ['list', 'watch'],
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: ['one'],
    };
    await write(admin, { ...role('one', []), rules: [rule] }, binding('one', 'ClusterRole one', 'User ann'));
    const list = (fieldSelector: string) => ann().list(CONFIG_MAPS, { ...inDefault, fieldSelector });
    expect((await list('metadata.name=one')).items).to.deep.equal([]);
    expect((await list('metadata.namespace=default,metadata.name==one')).items).to.deep.equal([]);
    for (const selector of ['metadata.name=two', 'metadata.name!=one', 'metadata.name=', ''])
      expect(await refusal(list(selector)), selector).to.match(/^Forbidden: /);
    const watch = ann().watch(CONFIG_MAPS, {
      ...inDefault,
      fieldSelector: 'metadata.name=one',
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      signal: AbortSignal.timeout(10_000),
    });
    for await (const { type } of watch) {
      expect(type).to.equal('BOOKMARK');
      break;
    }
  });

  it('name what allows a request, as kubectl auth can-i and audits show it', async () => {
    await write(admin, role('reader', ['get pods']), role('local', ['watch pods'], 'default'));
    await write(
      admin,
      binding('all', 'ClusterRole reader', 'Group ops'),
      binding('here', 'Role local', 'User ann', 'default'),
      binding('robots', 'ClusterRole reader', 'ServiceAccount shop/robot', 'default'),
    );
    expect(await decide(getPods)).to.deep.equal({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "reader" to Group "ops"',
    });
    expect(await decide({ ...getPods, verb: 'watch' })).to.deep.equal({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "here/default" of Role "local" to User "ann"',
    });
    expect(await decide(getPods, serviceAccountUser('shop', 'robot'))).to.deep.equal({
      allowed: true,
      reason:
        'RBAC: allowed by RoleBinding "robots/default" of ClusterRole "reader" to ServiceAccount "robot/shop"',
    });
  });

  it('that are missing are named in the refusal', async () => {
    await write(
      admin,
      binding('a', 'ClusterRole gone', 'User ann'),
      binding('b', 'Role lost', 'User ann', 'default'),
    );
    expect(await refusal(ann().list(PODS, inDefault))).to.equal(
      'Forbidden: pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default": RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "lost" not found]',
    );
  });

  it('count from the moment that their author is answered, and no longer than they are there', async () => {
    await give(admin, 'ann', ['list pods'], 'default');
    expect((await decide({ ...getPods, verb: 'list' })).allowed).to.equal(true);
    const body = { rules: [] };
    await admin.patch(ROLES, { ...inDefault, name: 'of-ann' }, { type: 'merge', body });
    expect((await decide({ ...getPods, verb: 'list' })).allowed).to.equal(false);
    await admin.delete(ROLES, { ...inDefault, name: 'of-ann' });
    await write(admin, role('of-ann', ['list pods'], 'default'));
    expect((await decide({ ...getPods, verb: 'list' })).allowed).to.equal(true);
    await admin.delete(ROLE_BINDINGS, { ...inDefault, name: 'of-ann' });
    expect(await decide({ ...getPods, verb: 'list' })).to.deep.equal({ allowed: false, reason: '' });
  });

  it('never take the name of one user for another with its groups', async () => {
    await write(admin, role('reader', ['get pods']), binding('ops', 'ClusterRole reader', 'Group ops'));
    expect((await decide(getPods, { name: 'ann', groups: ['ops'] })).allowed).to.equal(true);
    for (const name of ['ann\nops', 'ann","ops', 'ann ops'])
      expect((await decide(getPods, { name, groups: [] })).allowed, name).to.equal(false);
  });

  it('are known again after a restart', async () => {
    await give(admin, 'ann', ['list pods'], 'default');
    plane = await plane.restart();
    expect((await ann().list(PODS, inDefault)).items).to.deep.equal([]);
  });

  it('may name objects, but no create by the name that its body has', async () => {
    await give(admin, 'ann', ['get,create,update configmaps mine'], 'default');
    const mine = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...inDefault, name: 'mine' } };
    expect(await refusal(ann().create(CONFIG_MAPS, mine))).to.equal(
      'Forbidden: configmaps is forbidden: User "ann" cannot create resource "configmaps" in API group "" in the namespace "default"',
    );
    await admin.create(CONFIG_MAPS, mine);
    expect((await ann().update(CONFIG_MAPS, { ...mine, data: { a: '1' } })).data).to.deep.equal({ a: '1' });
  });

  it('must allow create, too, where an apply creates', async () => {
    await give(admin, 'ann', ['patch configmaps'], 'default');
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...inDefault, name: 'new' } };
    expect(await refusal(ann().apply(CONFIG_MAPS, map, { fieldManager: 'a' }))).to.match(
      /^Forbidden: .*cannot create resource "configmaps"/,
    );
  });

  it('give paths by what they begin with', async () => {
    const rules = [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/logs/*'] }];
    await write(admin, { ...role('paths', []), rules }, binding('paths', 'ClusterRole paths', 'User ann'));
    const may = async (verb: string, path: string) => (await decide({ verb, path })).allowed;
    expect(await may('get', '/metrics')).to.equal(true);
    expect(await may('get', '/logs/a/b')).to.equal(true);
    expect(await may('get', '/metrics/slis')).to.equal(false);
    expect(await may('post', '/metrics')).to.equal(false);
  });

  it('keep what they refer to: a binding to another role is another binding', async () => {
    await give(admin, 'ann', ['list pods'], 'default');
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    const change = admin.patch(
      ROLE_BINDINGS,
      { ...inDefault, name: 'of-ann' },
      { type: 'merge', body: { roleRef } },
    );
    expect(await refusal(change)).to.match(/^Invalid: .*roleRef: Invalid value: .*: cannot change roleRef$/);
  });
});
