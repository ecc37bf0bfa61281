import { expect } from 'chai';
import { urlsOf } from '../../../src/sync/cluster/urls.ts';
import { ingress } from '../../orchestrator/network/ingress/notation.ts';

describe('where an environment answers', () => {
  const served = (http: number, https: number) => ({
    status: {
      loadBalancer: {
        ingress: [{ ip: '127.0.0.1', ports: [http, https].map((port) => ({ port, protocol: 'TCP' })) }],
      },
    },
  });
  const given = ingress({
    rules: [
      'shop.test Prefix / a',
      'shop.test Exact /b b',
      'plain.test Prefix / a',
      '*.wild.test Prefix / a',
      '* Prefix / a',
    ],
    tls: [{ hosts: ['shop.test'] }],
  });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: {
      ports: [
        { port: 443, nodePort: 30001 },
        { port: 80, nodePort: 30002, protocol: 'UDP' },
      ],
    },
  };

  it('is at the hosts of its Ingresses, over HTTPS where they have TLS, then at its node ports', () => {
    expect(urlsOf([service, { ...given, ...served(7081, 7444) }])).to.deep.equal([
      'https://shop.test:7444',
      'http://plain.test:7081',
      'http://127.0.0.1:7081',
      'https://127.0.0.1:30001',
    ]);
    expect(urlsOf([{ ...given, ...served(80, 443) }])[0]).to.equal('https://shop.test');
  });

  it('is nowhere before an Ingress is served', () => {
    expect(urlsOf([given])).to.deep.equal([]);
  });
});
