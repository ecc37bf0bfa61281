import { expect } from 'chai';
import type { KubeObject } from '../../../../src/kube/values/types.ts';
import type { PreviewTerms } from '../../../../src/model/types.ts';
import { previewManifests } from '../../../../src/sync/source/preview/objects.ts';

const HOST = 'login.preview.test';

const object = (apiVersion: string, kind: string, rest: object): KubeObject =>
  ({ apiVersion, kind, metadata: { name: 'web' }, ...rest }) as KubeObject;

const ingress = (spec: object) => object('networking.k8s.io/v1', 'Ingress', { spec });
const route = (spec: object) => object('gateway.networking.k8s.io/v1', 'HTTPRoute', { spec });

function fitted(objects: readonly KubeObject[], host: string | undefined = HOST) {
  const manifests = objects.map((one) => ({
    object: one,
    app: 'web',
    origin: { file: 'k8s/web.yaml', line: 3 },
  }));
  return previewManifests(manifests, { host } as PreviewTerms);
}

function specs(objects: readonly KubeObject[]): readonly unknown[] {
  const result = fitted(objects);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value.manifests.map(({ object: one }) => one.spec);
}

const hostsIn = (spec: unknown) => (spec as { rules: { host: string }[] }).rules.map(({ host }) => host);

describe('what a preview makes of the objects of an environment', () => {
  it('gives the first host its own, and further ones a name below it', () => {
    const [first, second] = specs([
      ingress({ rules: [{ host: 'shop.dev' }, { host: 'api.shop.dev' }], tls: [{ hosts: ['shop.dev'] }] }),
      ingress({ rules: [{ host: 'shop.dev' }] }),
    ]);
    expect(hostsIn(first)).to.deep.equal([HOST, `api.${HOST}`]);
    expect((first as { tls: unknown }).tls).to.deep.equal([{ hosts: [HOST] }]);
    expect(hostsIn(second)).to.deep.equal([HOST]);
  });

  it('keeps a host that is its own already, and those below it', () => {
    expect(hostsIn(specs([ingress({ rules: [{ host: HOST }, { host: `api.${HOST}` }] })])[0])).to.deep.equal([
      HOST,
      `api.${HOST}`,
    ]);
  });

  for (const [what, hosts] of [
    ['of production', ['shop.example.com']],
    ['of another preview', [HOST, 'other.preview.test']],
    ['of everybody', [HOST, '']],
    ['of all previews', [HOST, '*.preview.test']],
    ['that only ends alike', [HOST, `x${HOST}`]],
  ] as const) {
    it(`answers for no host ${what}`, () => {
      const rules = hosts.map((host) => ({ host }));
      for (const host of hostsIn(specs([ingress({ rules })])[0]))
        expect(host === HOST || host.endsWith(`.${HOST}`), host).to.equal(true);
    });
  }

  it('answers for no host by a rule, a route or a listener that names none', () => {
    expect(hostsIn(specs([ingress({ rules: [{ http: {} }] })])[0])).to.deep.equal([HOST]);
    expect(specs([route({ rules: [] })])[0]).to.deep.include({ hostnames: [HOST] });
    const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', {
      spec: { listeners: [{ name: 'http' }] },
    });
    expect(specs([gateway])[0]).to.deep.include({ listeners: [{ name: 'http', hostname: HOST }] });
    expect(fitted([ingress({ defaultBackend: {} })])).to.deep.include({ ok: false });
  });

  it('leaves out Ingresses where previews have no host, and says so with the place', () => {
    const manifests = [
      { object: ingress({ rules: [] }), app: 'web', origin: { file: 'k8s/web.yaml', line: 3 } },
    ];
    const result = previewManifests(manifests, {} as PreviewTerms);
    if (!result.ok) throw new Error('refused');
    expect(result.value.manifests).to.deep.equal([]);
    expect(result.value.warnings[0]).to.deep.include({ place: { file: 'k8s/web.yaml', line: 3 } });
  });

  it('takes no port and no address of the nodes', () => {
    const spec = { type: 'NodePort', externalIPs: ['10.0.0.1'], ports: [{ port: 80, nodePort: 30080 }] };
    expect(specs([object('v1', 'Service', { spec })])).to.deep.equal([{ ports: [{ port: 80 }] }]);
  });

  it('leaves out bounds that are not its own', () => {
    expect(
      specs([object('v1', 'ResourceQuota', { spec: {} }), object('v1', 'LimitRange', { spec: {} })]),
    ).to.deep.equal([]);
  });

  for (const [what, rights] of [
    ['quotas', { resources: ['resourcequotas'], verbs: ['delete'] }],
    ['everything', { resources: ['*'], verbs: ['*'] }],
    ['roles', { resources: ['rolebindings'], verbs: ['create'] }],
    ['a subresource of quotas', { resources: ['resourcequotas/status'], verbs: ['update'] }],
    ['Ingresses', { resources: ['ingresses'], verbs: ['patch'] }],
  ] as const) {
    it(`refuses a Role that lets pods write ${what}`, () => {
      const result = fitted([
        object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: ['*'], ...rights }] }),
      ]);
      expect(result.ok).to.equal(false);
    });
  }

  it('lets a Role read what it likes, and write what bounds nothing', () => {
    const rules = [
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['*'] },
    ];
    expect(fitted([object('rbac.authorization.k8s.io/v1', 'Role', { rules })]).ok).to.equal(true);
  });

  it('binds no ClusterRole that writes', () => {
    const binding = (name: string) =>
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind: 'ClusterRole', name } });
    expect([fitted([binding('admin')]).ok, fitted([binding('view')]).ok]).to.deep.equal([false, true]);
  });
});
