import { expect } from 'chai';
import { objectsOf, warningsOf, web } from './objects.ts';

interface ServiceSpec {
  readonly type: string;
  readonly ports: readonly { readonly port: number; readonly nodePort?: number }[];
}

/** Each Service as `name type ports`. */
const servicesOf = (line: string): readonly string[] =>
  [...objectsOf(web(line))].flatMap(([key, object]) => {
    if (object.kind !== 'Service') return [];
    const { type, ports } = object.spec as unknown as ServiceSpec;
    const numbers = ports.map(({ port, nodePort }) => (nodePort ? `${port}:${nodePort}` : `${port}`));
    return [`${key.replace('Service/', '')} ${type} ${numbers.join(' ')}`];
  });

const CASES: readonly (readonly [says: string, line: string, services: readonly string[]])[] = [
  ['published ports alone open their Service', 'ports: ["8080:80"]', ['web NodePort 80']],
  ['a port without a number outside is published too', 'ports: ["80"]', ['web NodePort 80']],
  ['a port of 127.0.0.1 stays inside', 'ports: ["127.0.0.1:80:80"]', ['web ClusterIP 80']],
  [
    'ports that are not published stay inside beside one that is',
    'ports: ["8080:80", "127.0.0.1:9000:9000"], expose: ["5432"]'.replace(', expose', '\n    expose'),
    ['web ClusterIP 80 9000 5432', 'web-published NodePort 80'],
  ],
  [
    'a load balancer has the published ports alone',
    'ports: ["8080:80", "127.0.0.1:9000:9000"]\n    x-pilotage: {service: loadbalancer}',
    ['web ClusterIP 80 9000', 'web-published LoadBalancer 80 8080'],
  ],
  [
    'a port that is published twice is reached from outside if one of the two is',
    'ports: ["127.0.0.1:80:80", "8080:80"]',
    ['web NodePort 80'],
  ],
  [
    'a port that is exposed and published is published',
    'expose: ["80"]\n    ports: ["8080:80"]',
    ['web NodePort 80'],
  ],
  [
    'a node port that a label asks for is that of one port',
    'ports: ["80:80", "81:81"]\n    labels: {kompose.service.nodeport.port: "30080"}',
    ['web NodePort 80:30080 81'],
  ],
];

describe('how a compose service is reached', () => {
  for (const [says, line, services] of CASES)
    it(says, () => {
      expect(servicesOf(line)).to.deep.equal(services);
    });

  it('says that a port is published once', () => {
    const said = 'the port 80 of web is published as 8080 alone: 8081 is left out';
    expect(warningsOf(web('ports: ["8080:80", "8081:80", "8080:80"]'))).to.deep.equal([said]);
  });
});
