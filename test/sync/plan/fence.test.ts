import { expect } from 'chai';
import type { KubeObject, Resource } from '../../../src/kube/values/types.ts';
import { type Fence, lookupProblem, targetNamespace, trespassOf } from '../../../src/sync/plan/fence.ts';

const FENCE: Fence = {
  delivery: 'shop',
  environment: 'prod',
  namespace: 'shop-prod',
  foreignNamespaces: 'allow',
  namespaces: ['shared', 'bank', 'pilotage'],
  clusterScoped: ['ClusterRole', 'CustomResourceDefinition', 'APIService', 'Namespace'],
  ownerOf: (namespace) => (namespace === 'bank' ? 'bank/prod' : undefined),
};

/** `apiVersion Kind name@namespace`: the reason why it is outside, or `in`. Without a namespace it is outside of all. */
function judged(text: string, fence: Partial<Fence> = {}, more: object = {}): string {
  const [apiVersion = '', kind = '', at = ''] = text.split(' ');
  const [name = '', namespace] = at.split('@');
  const object = { apiVersion, kind, metadata: { name }, ...more } as KubeObject;
  const row: Resource = { group: '', version: '', plural: '', kind, namespaced: namespace !== undefined };
  const manifest = { object, app: 'app', origin: { file: 'a.yaml', line: 3 } };
  const problem = trespassOf(manifest, row, namespace, { ...FENCE, ...fence });
  expect(problem === undefined || problem.place).to.be.oneOf([true, manifest.origin]);
  return problem?.reason ?? 'in';
}

describe('the fence of an environment', () => {
  const cases: readonly [what: string, object: string, expected: string][] = [
    ['lets it write its own namespace', 'v1 Secret a@shop-prod', 'in'],
    ['lets it write a namespace that a person allows', 'v1 Secret a@shared', 'in'],
    ['keeps it out of another namespace', 'v1 Secret a@other', 'NamespaceNotAllowed'],
    ['keeps it out of what another environment owns, though allowed', 'v1 Secret a@bank', 'NamespaceTaken'],
    ['keeps it out of Pilotage’s own namespace, though allowed', 'v1 Secret a@pilotage', 'NamespaceReserved'],
    ['keeps it out of the namespaces of the cluster', 'v1 Secret a@kube-system', 'NamespaceReserved'],
    ['keeps it from the kinds of Pilotage', 'pilotage.dev/v1alpha1 Environment a@shop-prod', 'PilotageKind'],
    ['in any version and subgroup', 'x.pilotage.dev/v9 Thing a@shop-prod', 'PilotageKind'],
    [
      'and from their definitions',
      'apiextensions.k8s.io/v1 CustomResourceDefinition a.pilotage.dev',
      'PilotageKind',
    ],
    ['and from serving them', 'apiregistration.k8s.io/v1 APIService v2.pilotage.dev', 'PilotageKind'],
    [
      'lets it write a kind outside of namespaces that a person allows',
      'rbac.authorization.k8s.io/v1 ClusterRole a',
      'in',
    ],
    ['and no other', 'v1 PersistentVolume a', 'ClusterScopedNotAllowed'],
    ['lets a chart bring the namespace that it is delivered to', 'v1 Namespace shop-prod', 'in'],
    ['but not that of another', 'v1 Namespace bank', 'NamespaceTaken'],
    ['nor one of the cluster', 'v1 Namespace kube-node-lease', 'NamespaceReserved'],
  ];
  for (const [what, object, expected] of cases) {
    it(`${what}: ${object}`, () => expect(judged(object)).to.equal(expected));
  }

  it('takes a custom resource outside of namespaces for no namespace of its own', () => {
    const fence = { clusterScoped: [] };
    expect(judged('v1 Namespace shop-prod', fence)).to.equal('in');
    expect(judged('example.com/v1 Namespace shop-prod', fence)).to.equal('ClusterScopedNotAllowed');
  });

  it('takes a word for a built-in kind as one for that kind alone, and one with a group for any', () => {
    expect(judged('example.com/v1 ClusterRole a')).to.equal('ClusterScopedNotAllowed');
    expect(judged('example.com/v1 ClusterRole a', { clusterScoped: ['ClusterRole.example.com'] })).to.equal(
      'in',
    );
    expect(judged('example.com/v1 Port a', { clusterScoped: ['Port'] })).to.equal('in');
    expect(judged('example.com/v1 Port a', { clusterScoped: ['Port.example.com'] })).to.equal('in');
    expect(judged('example.com/v1 Port a', { clusterScoped: ['Port.example.org'] })).to.equal(
      'ClusterScopedNotAllowed',
    );
  });

  it('reads the group that a definition defines, whatever its name says', () => {
    const spec = { group: 'pilotage.dev' };
    expect(judged('apiextensions.k8s.io/v1 CustomResourceDefinition a.example.com', {}, { spec })).to.equal(
      'PilotageKind',
    );
  });

  it('keeps it inside even by name once it delivers elsewhere', () => {
    expect(judged('v1 Secret a@shop-prod', { namespace: 'shared' })).to.equal('NamespaceNotAllowed');
  });

  it('needs the file and a person for another namespace', () => {
    expect(judged('v1 Secret a@shared', { foreignNamespaces: 'own' })).to.equal('ForeignNamespace');
    expect(judged('v1 Secret a@shared', { namespaces: [] })).to.equal('NamespaceNotAllowed');
  });

  it('lets no manifest say whose a namespace is', () => {
    const metadata = { name: 'shop-prod', annotations: { 'pilotage.dev/owner': 'i/bank/prod' } };
    expect(judged('v1 Namespace shop-prod', {}, { metadata })).to.equal('ReservedAnnotation');
  });
});

describe('the namespace of a rendered object', () => {
  const cases: readonly [what: string, named: string | undefined, namespaced: boolean, expected?: string][] =
    [
      ['is that of its environment where it names none', undefined, true, 'shop-prod'],
      ['is that of its environment where it names an empty one', '', true, 'shop-prod'],
      ['is that of its environment where it names default', 'default', true, 'shop-prod'],
      ['is otherwise the one that it names', 'shared', true, 'shared'],
      ['is none where its kind is outside of namespaces', 'shared', false],
    ];
  for (const [what, namespace, namespaced, expected] of cases) {
    it(what, () => {
      const metadata = { name: 'a', ...(namespace === undefined ? {} : { namespace }) };
      const row: Resource = { group: '', version: 'v1', plural: 'things', kind: 'Thing', namespaced };
      const object = { apiVersion: 'v1', kind: 'Thing', metadata };
      expect(targetNamespace(object, row, 'shop-prod')).to.equal(expected);
    });
  }
});

describe('what templates may look up', () => {
  /** `apiVersion Kind name@namespace`; no `@` for a kind outside of namespaces. */
  const judgedLookup = (text: string): string => {
    const [apiVersion = '', kind = '', at = ''] = text.split(' ');
    const [name = '', namespace] = at.split('@');
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const row: Resource = { group, version: '', plural: '', kind, namespaced: namespace !== undefined };
    const lookup = { apiVersion, kind, namespace: namespace ?? '', name };
    return lookupProblem(lookup, row, FENCE)?.reason ?? 'in';
  };
  const cases: readonly [what: string, lookup: string, expected: string][] = [
    ['is an object of their own namespace', 'v1 Secret a@shop-prod', 'in'],
    ['and a list of it', 'v1 Secret @shop-prod', 'in'],
    ['what a person allows', 'v1 Secret a@shared', 'in'],
    ['their own namespace itself', 'v1 Namespace shop-prod', 'in'],
    ['a kind outside of namespaces that a person allows', 'rbac.authorization.k8s.io/v1 ClusterRole a', 'in'],
    ['and no other', 'v1 Node ', 'LookupRefused'],
    ['not a list of all namespaces', 'v1 Secret @', 'LookupRefused'],
    ['not another namespace', 'v1 Secret a@other', 'NamespaceNotAllowed'],
    ['not that of another environment, though allowed', 'v1 Secret a@bank', 'NamespaceTaken'],
    ['not that of Pilotage, though allowed', 'v1 Secret a@pilotage', 'NamespaceReserved'],
    ['not the kinds of Pilotage', 'pilotage.dev/v1alpha1 Token a', 'LookupRefused'],
  ];
  for (const [what, lookup, expected] of cases) {
    it(`${what}: ${lookup}`, () => expect(judgedLookup(lookup)).to.equal(expected));
  }
});
