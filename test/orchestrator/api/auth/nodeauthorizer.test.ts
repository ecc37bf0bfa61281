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
    const none = { gateways: () => [], grants: () => [] };
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
