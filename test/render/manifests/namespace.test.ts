import { expect } from 'chai';
import { refusal, rendered } from '../request.ts';

const object = (kind: string, apiVersion: string, namespace?: string) => ({
  'a.yaml': `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: a\n${namespace ? `  namespace: ${namespace}\n` : ''}`,
});
const namespaceOf = (files: Record<string, string>, allowNamespaces = false) =>
  rendered(files, { allowNamespaces }).manifests[0]?.object.metadata.namespace;

describe('the namespace of an object', () => {
  it("is the environment's where the object names none, or default", () => {
    expect(namespaceOf(object('ConfigMap', 'v1'))).to.equal('shop-dev');
    expect(namespaceOf(object('ConfigMap', 'v1', 'default'))).to.equal('shop-dev');
  });

  it('may not be another one', () => {
    expect(refusal(object('ConfigMap', 'v1', 'kube-system'))).to.match(
      /^a\.yaml:1: ConfigMap kube-system\/a names the namespace kube-system.*\n.*namespaces: allow/,
    );
  });

  it('may be another one where the environment allows it', () => {
    expect(namespaceOf(object('ConfigMap', 'v1', 'monitoring'), true)).to.equal('monitoring');
  });

  it('is absent from cluster-scoped kinds of Kubernetes', () => {
    expect(namespaceOf(object('Namespace', 'v1'))).to.equal(undefined);
    expect(namespaceOf(object('ClusterRole', 'rbac.authorization.k8s.io/v1', 'default'))).to.equal(undefined);
    expect(namespaceOf(object('CustomResourceDefinition', 'apiextensions.k8s.io/v1'))).to.equal(undefined);
  });
});
