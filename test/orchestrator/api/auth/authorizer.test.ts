import { expect } from 'chai';
import type { User } from '../../../../src/kube/client/client.ts';
import type { Gateway, ReferenceGrant } from '../../../../src/kube/kinds/gateways/objects.ts';
import type { Ingress } from '../../../../src/kube/kinds/objects.data.ts';
import {
  type Attributes,
  REQUEST_VERBS,
  type RequestVerb,
} from '../../../../src/orchestrator/api/authorization.ts';
import { createAuthorizer } from '../authorization.ts';
import { pod } from '../notation.ts';

const USERS = {
  admin: { name: 'ann', groups: ['system:masters'] },
  node: { name: 'system:node:n1', groups: ['system:nodes'] },
  impostor: { name: 'system:node:n1', groups: [] },
  nobody: { name: 'bob', groups: ['system:authenticated'] },
} satisfies Record<string, User>;

const onNode = (node: string) => ({ live: pod('web', { nodeName: node }) });
const inDefault = { namespace: 'default' };

/** who, verb, group/resource/subresource, further attributes, allowed. */
const CASES: readonly [keyof typeof USERS, RequestVerb, string, object, boolean][] = [
  ['admin', 'delete', '/nodes', { name: 'n1' }, true],
  ['nobody', 'get', '/pods', inDefault, false],
  ['nobody', 'create', 'authorization.k8s.io/selfsubjectaccessreviews', {}, true],
  ['impostor', 'list', '/pods', {}, false],
  ['node', 'watch', '/pods', {}, false],
  ['node', 'watch', '/pods', { fieldSelector: 'spec.nodeName=n1' }, true],
  ['node', 'watch', '/pods', { fieldSelector: 'spec.nodeName=n2' }, false],
  ['node', 'get', '/pods', { ...inDefault, name: 'web', ...onNode('n1') }, true],
  ['node', 'get', '/pods', { ...inDefault, name: 'web', ...onNode('n2') }, false],
  ['node', 'watch', 'discovery.k8s.io/endpointslices', {}, true],
  ['node', 'watch', '/secrets', inDefault, false],
  ['node', 'list', '/configmaps', inDefault, false],
  ['node', 'list', '/secrets', inDefault, false],
  ['node', 'list', '/services', {}, true],
  ['node', 'watch', 'networking.k8s.io/ingresses', {}, true],
  ['node', 'patch', 'networking.k8s.io/ingresses', { ...inDefault, name: 'web' }, false],
  ['node', 'create', '/secrets', inDefault, false],
  ['node', 'patch', '/pods/status', { ...inDefault, name: 'web', ...onNode('n1') }, true],
  ['node', 'patch', '/pods/status', { ...inDefault, name: 'web', ...onNode('n2') }, false],
  ['node', 'patch', '/pods', { ...inDefault, name: 'web', ...onNode('n1') }, false],
  ['node', 'delete', '/pods', { ...inDefault, name: 'web', ...onNode('n1') }, true],
  ['node', 'delete', '/pods', { ...inDefault, name: 'web', ...onNode('n2') }, false],
  ['node', 'create', '/pods', inDefault, false],
  ['node', 'patch', '/nodes/status', { name: 'n1' }, true],
  ['node', 'patch', '/nodes/status', { name: 'n2' }, false],
  ['node', 'update', 'coordination.k8s.io/leases', { namespace: 'kube-node-lease', name: 'n1' }, true],
  ['node', 'update', 'coordination.k8s.io/leases', { namespace: 'default', name: 'n1' }, false],
  ['node', 'create', '/events', inDefault, true],
  ['node', 'patch', '/services/status', inDefault, true],
  ['node', 'patch', '/services', inDefault, false],
  ['node', 'patch', 'apps/deployments', inDefault, false],
  // Before the body is read.
  ['node', 'create', '/nodes', { isUnread: true }, true],
  ['node', 'create', '/secrets', { ...inDefault, isUnread: true }, false],
  ['node', 'patch', '/nodes/status', { name: 'n2', isUnread: true }, false],
  ['nobody', 'create', '/configmaps', { ...inDefault, isUnread: true }, false],
];

function attributesOf(verb: RequestVerb, what: string, further: object): Attributes {
  const [group = '', resource = '', subresource] = what.split('/');
  return { verb, group, resource, ...(subresource ? { subresource } : {}), ...further };
}

const PODS = [
  pod('web', {
    nodeName: 'n1',
    serviceAccountName: 'robot',
    imagePullSecrets: [{ name: 'pulled' }],
    initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'whole' } }] }],
    containers: [
      {
        name: 'main',
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: 'keyed', key: 'a' } } },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } },
        ],
      },
    ],
    volumes: [
      { name: 's', secret: { secretName: 'mounted' } },
      { name: 'c', configMap: { name: 'files' } },
      { name: 'p', projected: { sources: [{ secret: { name: 'joined' } }] } },
    ],
  }),
  pod('far', {
    nodeName: 'n2',
    containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'elsewhere' } }] }],
  }),
  pod('waiting', { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'unbound' } }] }] }),
];
const INGRESS: Ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'web',
    namespace: 'default',
    annotations: {
      'nginx.ingress.kubernetes.io/auth-secret': 'default/people',
      'pilotage.dev/ingress-problems': 'a',
    },
  },
  spec: { tls: [{ secretName: 'certificate' }] },
};
const STRANGE: Ingress = {
  ...INGRESS,
  metadata: {
    ...INGRESS.metadata,
    annotations: { 'nginx.ingress.kubernetes.io/auth-secret': 'other/treasure' },
  },
};
const inNamespace =
  <T>(objects: readonly T[]) =>
  (namespace: string) =>
    namespace === 'default' ? objects : [];
const GATEWAY: Gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge', namespace: 'default' },
  spec: {
    gatewayClassName: 'pilotage',
    listeners: ['own', 'granted', 'refused'].map((name) => ({
      name,
      port: 443,
      protocol: 'HTTPS',
      tls: { certificateRefs: [{ name, ...(name === 'own' ? {} : { namespace: 'vault' }) }] },
    })),
  },
};
const GRANT: ReferenceGrant = {
  apiVersion: 'gateway.networking.k8s.io/v1beta1',
  kind: 'ReferenceGrant',
  metadata: { name: 'lets', namespace: 'vault' },
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default' }],
    to: [{ group: '', kind: 'Secret', name: 'granted' }],
  },
};
const authorize = createAuthorizer({
  pods: inNamespace(PODS),
  ingresses: inNamespace([INGRESS, STRANGE]),
  gateways: () => [GATEWAY],
  grants: (namespace) => (namespace === 'vault' ? [GRANT] : []),
});

describe('authorizer', () => {
  it('lets a node read the Secrets, ConfigMaps and service accounts that its pods refer to, and no other', () => {
    const mayGet = (resource: string, name: string, namespace = 'default') =>
      authorize(USERS.node, attributesOf('get', `/${resource}`, { namespace, name })).allowed;
    for (const name of ['pulled', 'whole', 'keyed', 'mounted', 'joined'])
      expect(mayGet('secrets', name), name).to.equal(true);
    for (const name of ['settings', 'files']) expect(mayGet('configmaps', name), name).to.equal(true);
    expect(mayGet('serviceaccounts', 'robot')).to.equal(true);
    for (const name of ['elsewhere', 'unbound', 'settings', 'any'])
      expect(mayGet('secrets', name), name).to.equal(false);
    expect(mayGet('configmaps', 'mounted')).to.equal(false);
    expect(mayGet('secrets', 'keyed', 'other')).to.equal(false);
    expect(mayGet('serviceaccounts', 'default')).to.equal(false);
  });

  it('lets a node read the Secrets that an Ingress of their namespace names, each by its name, and no other', () => {
    const may = (verb: RequestVerb, further: object) =>
      authorize(USERS.node, attributesOf(verb, '/secrets', { ...inDefault, ...further })).allowed;
    for (const name of ['certificate', 'people']) {
      expect(may('get', { name })).to.equal(true);
      expect(may('update', { name })).to.equal(false);
      for (const verb of ['list', 'watch'] as const) {
        for (const fieldSelector of [`metadata.name=${name}`, `type=x,metadata.name==${name}`])
          expect(may(verb, { fieldSelector }), fieldSelector).to.equal(true);
        for (const fieldSelector of ['', `metadata.name!=${name}`, 'metadata.name=treasure'])
          expect(may(verb, { fieldSelector }), fieldSelector).to.equal(false);
        expect(may(verb, { fieldSelector: `metadata.name=${name}`, namespace: 'other' })).to.equal(false);
      }
    }
    expect(may('get', { name: 'treasure' })).to.equal(false);
  });

  it('lets a node read the Secrets that listeners of Gateways name, of another namespace those that a ReferenceGrant lets them use', () => {
    const may = (namespace: string, name: string) =>
      authorize(USERS.node, attributesOf('get', '/secrets', { namespace, name })).allowed;
    expect([may('default', 'own'), may('vault', 'granted')]).to.deep.equal([true, true]);
    const others = [may('vault', 'refused'), may('vault', 'own'), may('default', 'granted')];
    expect(others).to.deep.equal([false, false, false]);
  });

  it('lets a node say of an Ingress where it is served and what is in the way, and change nothing else of it', () => {
    const may = (change: object) =>
      authorize(
        USERS.node,
        attributesOf('patch', 'networking.k8s.io/ingresses/status', {
          ...inDefault,
          name: 'web',
          live: INGRESS,
          object: { ...INGRESS, ...change },
        }),
      ).allowed;
    const annotated = (annotations: object) => ({ metadata: { ...INGRESS.metadata, annotations } });
    const { 'pilotage.dev/ingress-problems': _, ...others } = INGRESS.metadata.annotations ?? {};
    expect(may({ status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } })).to.equal(true);
    expect(may(annotated(others))).to.equal(true);
    expect(may(annotated({ ...others, 'pilotage.dev/ingress-problems': 'b' }))).to.equal(true);
    expect(may(annotated({ ...others, more: 'c' }))).to.equal(false);
    expect(may({ spec: {} })).to.equal(false);
  });

  for (const [who, verb, what, further, allowed] of CASES) {
    it(`${allowed ? 'allows' : 'denies'} ${who} to ${verb} ${what} ${JSON.stringify(further).slice(0, 60)}`, () => {
      expect(authorize(USERS[who], attributesOf(verb, what, further)).allowed).to.equal(allowed);
    });
  }

  it('says what a node may not do', () => {
    const decision = authorize(USERS.node, attributesOf('patch', '/nodes', { name: 'n2' }));
    expect(decision).to.deep.equal({ allowed: false, reason: 'a node may only write itself' });
  });

  it('lets a node have the sockets of its own link only', () => {
    const link = (node: string): Attributes => ({ verb: 'get', path: `/pilotage/v1/nodes/${node}/link` });
    expect(authorize(USERS.node, link('n1')).allowed).to.equal(true);
    expect(authorize(USERS.node, link('n2')).allowed).to.equal(false);
    expect(authorize(USERS.node, link('n11')).allowed).to.equal(false);
  });

  it('lets nobody but administrators impersonate', () => {
    expect(REQUEST_VERBS).to.include('impersonate');
    const attributes = attributesOf('impersonate', '/users', { name: 'ann' });
    expect(authorize(USERS.node, attributes).allowed).to.equal(false);
    expect(authorize(USERS.admin, attributes).allowed).to.equal(true);
  });
});
