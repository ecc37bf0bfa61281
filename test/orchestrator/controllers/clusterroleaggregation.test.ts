import { expect } from 'chai';
import type { ClusterRole } from '../../../src/kube/kinds/objects.data.ts';
import { CLUSTER_ROLES } from '../../../src/kube/kinds/resources.data.ts';
import { decideRules } from '../../../src/orchestrator/controllers/clusterroleaggregation/decide.ts';

const reads = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });

const role = (name: string, labels: Record<string, string>, ...resources: string[]): ClusterRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: CLUSTER_ROLES.kind,
  metadata: { name, labels },
  rules: resources.map(reads),
});

const gathering = (name: string, labels: Record<string, string>, ...resources: string[]): ClusterRole => ({
  ...role(name, labels, ...resources),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'a' } }, { matchLabels: { to: 'b' } }] },
});

/** The resources of the rules that the role gets. */
const decide = (one: ClusterRole, ...others: ClusterRole[]) =>
  decideRules(one, [one, ...others])?.map(({ resources }) => resources?.[0]);

describe('a cluster role that gathers the rules of others', () => {
  it('has those of the roles that its selectors choose, selector by selector and by name, each once', () => {
    const others = [
      role('z', { to: 'a' }, 'pods', 'secrets'),
      role('y', { to: 'a' }, 'services', 'pods'),
      role('x', { to: 'b' }, 'nodes'),
      role('w', { to: 'c' }, 'events'),
    ];
    expect(decide(gathering('all', {}), ...others)).to.deep.equal(['services', 'pods', 'secrets', 'nodes']);
  });

  it('has none of its own, even where it is chosen itself', () => {
    expect(decide(gathering('all', { to: 'a' }, 'pods'))).to.deep.equal([]);
  });

  it('is not written when it has them', () => {
    expect(decide(gathering('all', {}, 'pods'), role('a', { to: 'a' }, 'pods'))).to.equal(undefined);
  });

  it('is the only kind that is written', () => {
    expect(decide(role('plain', {}, 'pods'), role('a', { to: 'a' }, 'secrets'))).to.equal(undefined);
  });
});
