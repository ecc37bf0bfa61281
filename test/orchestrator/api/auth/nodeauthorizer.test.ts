import { expect } from 'chai';
import type { Ingress, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { nodeOpinion } from '../../../../src/orchestrator/api/auth/nodeauthorizer.ts';
import type { RequestVerb } from '../../../../src/orchestrator/api/authorization.ts';

const NODE = { name: 'system:node:here', groups: ['system:nodes'] };

describe('a Secret that a node reads', () => {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      nodeName: 'here',
      containers: [{ name: 'web', image: 'host' }],
      volumes: [{ name: 'v', secret: { secretName: 'password' } }],
    },
  };
  const ingress: Ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { tls: [{ secretName: 'certificate' }] },
  };
  let listed: number;
  const opinion = (verb: RequestVerb, more: { readonly name?: string; readonly fieldSelector?: string }) => {
    listed = 0;
    const ingresses = () => {
      listed++;
      return [ingress];
    };
    const secrets = { verb, group: '', resource: 'secrets', namespace: 'shop', ...more };
    const none = { gateways: () => [], grants: () => [], hasPolicies: () => false };
    return nodeOpinion({ pods: () => [pod], ingresses, ...none }, NODE, secrets).type;
  };

  it('may be one that a pod of it names, and no Ingress is looked at for that', () => {
    expect([opinion('get', { name: 'password' }), listed]).to.deep.equal(['allow', 0]);
  });

  it('may be one that an Ingress names, by its name or by whatever selects it alone', () => {
    expect(opinion('get', { name: 'certificate' })).to.equal('allow');
    expect(opinion('watch', { fieldSelector: 'metadata.name=certificate' })).to.equal('allow');
    expect(opinion('list', { fieldSelector: 'metadata.namespace=shop,metadata.name==certificate' })).to.equal(
      'allow',
    );
  });

  it('is none that nothing names, nor all but one', () => {
    expect(opinion('get', { name: 'other' })).to.not.equal('allow');
    expect(opinion('list', { fieldSelector: 'metadata.name!=certificate' })).to.not.equal('allow');
    expect(opinion('list', {})).to.not.equal('allow');
  });
});

describe('pods of other nodes, which a node reads', () => {
  const opinion = (verb: RequestVerb, hasPolicies: boolean, more = {}) => {
    const none = { pods: () => [], ingresses: () => [], gateways: () => [], grants: () => [] };
    const referring = { ...none, hasPolicies: () => hasPolicies };
    return nodeOpinion(referring, NODE, { verb, group: '', resource: 'pods', ...more }).type;
  };

  it('are listed and watched while there is a NetworkPolicy, which may select them', () => {
    for (const verb of ['list', 'watch'] as const) {
      expect(opinion(verb, true)).to.equal('allow');
      expect(opinion(verb, false)).to.not.equal('allow');
    }
  });

  it('are neither written nor asked for anything else', () => {
    for (const verb of ['create', 'patch'] as const)
      expect(opinion(verb, true, { name: 'web', namespace: 'shop' })).to.not.equal('allow');
    const log = { name: 'web', namespace: 'shop', subresource: 'log' };
    expect(opinion('get', true, log)).to.not.equal('allow');
  });
});
