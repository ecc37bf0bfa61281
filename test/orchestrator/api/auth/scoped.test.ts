import { expect } from 'chai';
import { SCOPE } from '../../../../src/kube/client/scope.ts';
import type { Attributes } from '../../../../src/orchestrator/api/authorization.ts';
import { createAuthorizer } from '../authorization.ts';

const authorize = createAuthorizer();

const user = {
  name: 'system:pilotage:environment:shop:prod',
  groups: [SCOPE.group, 'system:authenticated'],
  extra: {
    [SCOPE.namespaces]: ['shop-prod'],
    [SCOPE.reads]: ['left'],
    [SCOPE.objects]: ['rbac.authorization.k8s.io/clusterroles/viewer'],
    [SCOPE.owns]: ['i1/shop/prod/'],
  },
};

/** `verb group/resource@namespace/name` → whether the environment may. */
function may(text: string, more: Partial<Extract<Attributes, { group: string }>> = {}): boolean {
  const [verb = '', what = ''] = text.split(' ');
  const [kind = '', at] = what.split('@');
  const [group = '', resource = ''] = kind.includes('/') ? kind.split('/') : ['', kind];
  const [namespace, name] = at === undefined ? [] : at.split('/');
  const attributes = {
    verb,
    group,
    resource,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...more,
  };
  return authorize(user, attributes as Attributes).allowed;
}

describe('api: what an environment may', () => {
  it('is everything in its namespace, and nothing in another', () => {
    expect(may('patch secrets@shop-prod/a')).to.equal(true);
    expect(may('list apps/deployments@shop-prod')).to.equal(true);
    for (const one of [
      'get secrets@bank/a',
      'patch secrets@pilotage/a',
      'list secrets',
      'create pods@kube-system',
    ]) {
      expect(may(one), one).to.equal(false);
    }
  });

  it('is never what Pilotage is told by, wherever that is', () => {
    expect(may('patch pilotage.dev/environments@shop-prod/a')).to.equal(false);
    expect(may('get pilotage.dev/deliveries@pilotage/a')).to.equal(false);
  });

  it('is, outside of namespaces, exactly what it delivers', () => {
    expect(may('patch rbac.authorization.k8s.io/clusterroles@/viewer')).to.equal(true);
    expect(may('patch rbac.authorization.k8s.io/clusterroles@/cluster-admin')).to.equal(false);
    expect(may('patch apiextensions.k8s.io/customresourcedefinitions@/a.pilotage.dev')).to.equal(false);
    expect(may('delete namespaces@/bank')).to.equal(false);
  });

  it('is to read, and to delete by its own mark, what it left in a namespace that it may not write any more', () => {
    const live = (tracking: string) => ({
      live: { apiVersion: 'v1', kind: 'Secret', metadata: { annotations: { [SCOPE.tracking]: tracking } } },
    });
    expect(may('get secrets@left/a')).to.equal(true);
    expect(may('delete secrets@left/a', live('i1/shop/prod/web'))).to.equal(true);
    expect(may('delete secrets@left/a', live('i1/shop/prod-2/web'))).to.equal(false);
    expect(may('patch secrets@left/a', live('i1/shop/prod/web'))).to.equal(false);
  });

  it('asks about itself, and not by a kind of somebody else that is called as such a question is', () => {
    const asks = (group: string, namespace?: string): boolean =>
      authorize(user, {
        verb: 'create',
        group,
        resource: 'selfsubjectreviews',
        ...(namespace ? { namespace } : {}),
      }).allowed;
    expect(asks('authentication.k8s.io')).to.equal(true);
    expect(asks('evil.example', 'bank-prod')).to.equal(false);
  });

  it('is nothing to whoever only bears its name', () => {
    const bare = { name: user.name, groups: user.groups };
    const attributes: Attributes = {
      verb: 'get',
      group: '',
      resource: 'secrets',
      namespace: 'shop-prod',
      name: 'a',
    };
    expect(authorize(bare, attributes).allowed).to.equal(false);
  });
});
