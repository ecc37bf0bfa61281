import { expect } from 'chai';
import type { User } from '../../src/kube/client/client.ts';
import { serviceAccountUser } from '../../src/kube/client/serviceaccount.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  ROLE_BINDINGS,
  ROLES,
} from '../../src/kube/kinds/resources.data.ts';
import type { JsonObject, KubeObject, Resource } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { configMap, eventually, refusal } from './notation.ts';

const RBAC = 'rbac.authorization.k8s.io';
const GROUP = 'authorization.k8s.io';

const review = (plural: string, kind: string, namespaced = false): Resource => ({
  group: GROUP,
  version: 'v1',
  plural,
  kind,
  namespaced,
});
const ACCESS = review('subjectaccessreviews', 'SubjectAccessReview');
const LOCAL_ACCESS = review('localsubjectaccessreviews', 'LocalSubjectAccessReview', true);
const SELF_ACCESS = review('selfsubjectaccessreviews', 'SelfSubjectAccessReview');
const SELF_RULES = review('selfsubjectrulesreviews', 'SelfSubjectRulesReview');

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Roles, bindings, and questions about what they give; all of it holds for a kube-apiserver with --authorization-mode=RBAC. */
export function authorizing(bench: Bench): void {
  const person = (name: string, ...groups: string[]): User => ({
    name,
    groups: [...groups, 'system:authenticated'],
  });
  const reads = (resource: string, ...verbs: string[]) => ({ apiGroups: [''], resources: [resource], verbs });

  async function newRole(name: string, rules: readonly object[], client = bench.client): Promise<KubeObject> {
    const { namespace } = bench;
    const role = { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace }, rules };
    return client.create(ROLES, role);
  }
  async function bind(kind: 'Role' | 'ClusterRole', role: string, user: string, client = bench.client) {
    const name = bench.name('binding');
    await client.create(ROLE_BINDINGS, {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace: bench.namespace },
      roleRef: { apiGroup: RBAC, kind, name: role },
      subjects: [{ kind: 'User', name: user }],
    });
    return name;
  }
  /** Resolves once the server knows: kube-apiserver reads roles from a cache. */
  async function userWith(...rules: Rule[]) {
    const [name, role] = [bench.name('user'), bench.name('role')];
    await newRole(role, rules);
    const binding = await bind('Role', role, name);
    for (const { apiGroups, resources, verbs, resourceNames } of rules) {
      const resourceAttributes = {
        ...{ group: apiGroups[0] ?? '', resource: resources[0] ?? '', verb: verbs[0] ?? '' },
        ...(resourceNames?.[0] ? { name: resourceNames[0] } : {}),
        namespace: bench.namespace,
      };
      await eventually(async () =>
        expect((await ask(ACCESS, { user: name, resourceAttributes })).allowed).to.equal(true),
      );
    }
    return { name, role, binding, client: bench.client.as(person(name)) };
  }
  async function ask(resource: Resource, spec: JsonObject, client = bench.client, namespace?: string) {
    const { kind } = resource;
    const metadata = namespace === undefined ? {} : { namespace };
    const answer = await client.create(resource, { apiVersion: `${GROUP}/v1`, kind, metadata, spec });
    return (answer as KubeObject & { readonly status: JsonObject }).status;
  }
  const getPods = () => ({ verb: 'get', resource: 'pods', namespace: bench.namespace });

  it('refuses what no role allows, in the words that scripts match', async () => {
    const name = bench.name('nobody');
    const error = await refusal(
      bench.client.as(person(name)).list(CONFIG_MAPS, { namespace: bench.namespace }),
    );
    expect(error.message).to.equal(
      `configmaps is forbidden: User "${name}" cannot list resource "configmaps" in API group "" in the namespace "${bench.namespace}"`,
    );
    expect(error.status).to.deep.include({ reason: 'Forbidden', code: 403 });
    expect(error.status.details).to.deep.include({ kind: 'configmaps' });
  });

  it('allows what a role says, in its namespace', async () => {
    const { client } = await userWith(reads('configmaps', 'get', 'list', 'create'));
    const name = bench.name('map');
    await client.create(CONFIG_MAPS, configMap(bench, name));
    expect((await client.get(CONFIG_MAPS, { namespace: bench.namespace, name })).data?.key).to.equal('value');
    expect((await refusal(client.list(CONFIG_MAPS, { namespace: 'default' }))).reason).to.equal('Forbidden');
    expect(
      (await refusal(client.delete(CONFIG_MAPS, { namespace: bench.namespace, name }))).message,
    ).to.contain(`configmaps "${name}" is forbidden: User `);
  });

  it('names the binding and the role that allow', async () => {
    const { name, role, binding } = await userWith(reads('pods', 'get'));
    expect(await ask(ACCESS, { user: name, resourceAttributes: getPods() })).to.deep.equal({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "${binding}/${bench.namespace}" of Role "${role}" to User "${name}"`,
    });
    expect(
      await ask(ACCESS, { user: name, resourceAttributes: { ...getPods(), verb: 'use' } }),
    ).to.deep.equal({
      allowed: false,
    });
  });

  it('names a role that is missing', async () => {
    const name = bench.name('user');
    await bind('ClusterRole', 'no-such-role', name);
    expect(await ask(ACCESS, { user: name, resourceAttributes: getPods() })).to.deep.include({
      allowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "no-such-role" not found',
    });
  });

  it('answers what a user asks about itself', async () => {
    const { client } = await userWith(reads('pods', 'get'));
    expect((await ask(SELF_ACCESS, { resourceAttributes: getPods() }, client)).allowed).to.equal(true);
    const path = { nonResourceAttributes: { verb: 'get', path: '/metrics' } };
    expect((await ask(SELF_ACCESS, path, client)).allowed).to.equal(false);
    expect((await ask(SELF_ACCESS, path)).allowed).to.equal(true);
    const refused = await refusal(ask(ACCESS, { user: 'a', resourceAttributes: getPods() }, client));
    expect(refused.message).to.contain('cannot create resource "subjectaccessreviews"');
  });

  it('lists the rules of a user', async () => {
    const { client } = await userWith(reads('pods', 'get', 'list'), {
      ...reads('secrets', 'get'),
      resourceNames: ['one'],
    });
    const status = await ask(SELF_RULES, { namespace: bench.namespace }, client);
    expect(status.incomplete).to.equal(false);
    expect(status.resourceRules).to.deep.include.members([
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['one'] },
    ]);
    expect(JSON.stringify(status.nonResourceRules)).to.contain('/healthz');
    expect((await refusal(ask(SELF_RULES, {}, client))).message).to.equal('no namespace on request');
  });

  it('answers in a namespace only what is asked about it', async () => {
    const { name } = await userWith(reads('pods', 'get'));
    const question = { user: name, resourceAttributes: getPods() };
    expect((await ask(LOCAL_ACCESS, question, bench.client, bench.namespace)).allowed).to.equal(true);
    expect((await refusal(ask(LOCAL_ACCESS, question, bench.client, 'default'))).reason).to.equal('Invalid');
  });

  it('refuses a question about nobody, about nothing, and about two things', async () => {
    const resourceAttributes = getPods();
    const nonResourceAttributes = { verb: 'get', path: '/' };
    for (const [spec, field] of [
      [{ resourceAttributes }, 'spec.user'],
      [{ user: 'a' }, 'spec.resourceAttributes'],
      [{ user: 'a', resourceAttributes, nonResourceAttributes }, 'spec.nonResourceAttributes'],
    ] as const) {
      const error = await refusal(ask(ACCESS, spec));
      expect(error.reason).to.equal('Invalid');
      expect(error.status.details?.causes?.map((cause) => cause.field)).to.deep.equal([field]);
    }
  });

  it('refuses rules that say nothing, and mix resources with paths', async () => {
    const refused = async (rule: object) => {
      const error = await refusal(newRole(bench.name('bad'), [rule]));
      return error.status.details?.causes?.map(({ field, message }) => `${field}: ${message}`);
    };
    expect(await refused({ verbs: ['get'] })).to.deep.equal([
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ]);
    expect(await refused({ ...reads('pods'), verbs: [] })).to.deep.equal([
      'rules[0].verbs: Required value: verbs must contain at least one value',
    ]);
    expect(await refused({ verbs: ['get'], nonResourceURLs: ['/'] })).to.deep.equal([
      'rules[0].nonResourceURLs: Invalid value: ["/"]: namespaced rules cannot apply to non-resource URLs',
    ]);
  });

  it('gives subjects the group that they mean, and keeps what a binding refers to', async () => {
    const { binding } = await userWith(reads('pods', 'get'));
    const key = { namespace: bench.namespace, name: binding };
    const { subjects = [], roleRef } = await bench.client.get(ROLE_BINDINGS, key);
    expect(subjects[0]).to.include({ kind: 'User', apiGroup: RBAC });
    const body = { roleRef: { ...roleRef, name: 'another' } };
    const error = await refusal(bench.client.patch(ROLE_BINDINGS, key, { type: 'merge', body }));
    expect(error.status.details?.causes?.[0]).to.deep.include({ field: 'roleRef' });
    expect(error.message).to.contain('cannot change roleRef');
  });

  it('lets nobody grant more than they have, unless they may', async () => {
    const roles = { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs: ['create', 'update'] };
    const { name, client } = await userWith(roles, reads('pods', 'get'));
    await newRole(bench.name('less'), [reads('pods', 'get')], client);
    const more = bench.name('more');
    expect((await refusal(newRole(more, [reads('pods', 'get', 'delete')], client))).message).to.equal(
      `roles.rbac.authorization.k8s.io "${more}" is forbidden: user "${name}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}`,
    );
    const bound = await refusal(bind('ClusterRole', 'cluster-admin', name, client));
    expect(bound.message).to.contain('is attempting to grant RBAC permissions not currently held:');
    expect((await refusal(bind('ClusterRole', 'no-such-role', name, client))).message).to.equal(
      'rolebindings.rbac.authorization.k8s.io "no-such-role" not found',
    );
    const trusted = { apiGroups: [RBAC], resources: ['clusterroles', 'roles'], verbs: ['bind', 'escalate'] };
    const other = await userWith(roles, trusted);
    await bind('ClusterRole', 'cluster-admin', bench.name('user'), other.client);
    await newRole(bench.name('any'), [reads('pods', '*')], other.client);
  });

  it('knows a service account by the account that a binding names', async () => {
    const role = bench.name('role');
    await newRole(role, [reads('pods', 'get')]);
    await bench.client.create(ROLE_BINDINGS, {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name: role, namespace: bench.namespace },
      roleRef: { apiGroup: RBAC, kind: 'Role', name: role },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: bench.namespace }],
    });
    const { name } = serviceAccountUser(bench.namespace, 'robot');
    // kube-apiserver learns of a binding by a watch.
    await eventually(async () =>
      expect((await ask(ACCESS, { user: name, resourceAttributes: getPods() })).reason).to.equal(
        `RBAC: allowed by RoleBinding "${role}/${bench.namespace}" of Role "${role}" to ServiceAccount "robot/${bench.namespace}"`,
      ),
    );
  });

  it('asks for the right to create, too, where an apply or a PUT creates', async () => {
    const { client } = await userWith(reads('configmaps', 'patch'), {
      apiGroups: [RBAC],
      resources: ['roles'],
      verbs: ['update'],
    });
    const map = configMap(bench, bench.name('map'));
    const applied = await refusal(client.apply(CONFIG_MAPS, map, { fieldManager: 'a' }));
    expect(applied.message).to.contain('cannot create resource "configmaps"');
    const metadata = { name: bench.name('role'), namespace: bench.namespace };
    const put = client.update(ROLES, { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules: [] });
    expect((await refusal(put)).message).to.contain('cannot create resource "roles"');
  });

  it('has the default roles', async () => {
    const { rules = [] } = await bench.client.get(CLUSTER_ROLES, { name: 'system:public-info-viewer' });
    expect(rules).to.deep.equal([
      { nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'], verbs: ['get'] },
    ]);
    const { subjects = [] } = await bench.client.get(CLUSTER_ROLE_BINDINGS, { name: 'cluster-admin' });
    expect(subjects.map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal(['Group system:masters']);
  });
}
