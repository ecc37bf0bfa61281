import { expect } from 'chai';
import { objectsOf, warningsOf, web } from './objects.ts';

describe('what is passed over in a compose project', () => {
  for (const [line, said] of [
    [
      'label_file: a.labels',
      'services.web.label_file is left out: its labels are not read, so write them as labels',
    ],
    ['domainname: example.com', 'services.web.domainname is left out: pods have the domain of the cluster'],
    [
      'deploy: {endpoint_mode: dnsrr}',
      'services.web.deploy.endpoint_mode is left out: a Service has an address of its own, as with vip',
    ],
    [
      'labels: {kompose.init.containers.name: a}',
      'the label kompose.init.containers.name is left out: docs/compose.md has those that are read',
    ],
    [
      'labels: {kompose.service.group: a}',
      'the label kompose.service.group is left out: docs/compose.md has those that are read',
    ],
  ] as const)
    it(`is said: ${line}`, () => {
      expect(warningsOf(web(line))).to.deep.equal([said]);
    });

  it('is nothing of the labels of kompose that are read', () => {
    const labels =
      'labels: {kompose.service.type: nodeport, kompose.service.healthcheck.liveness.http_get_path: /}';
    expect(warningsOf(web(labels))).to.deep.equal([]);
  });
});

describe('what a compose project calls external', () => {
  const secrets = (definition: string) => [
    ...objectsOf(web('secrets: [token]', `secrets: {token: ${definition}}\n`)).entries(),
  ];
  for (const [definition, made, mounted] of [
    ['{external: true, name: other}', false, 'other'],
    ['{external: {name: other}}', false, 'other'],
    ['{external: false, name: other, environment: COMPOSE_PROJECT_NAME}', true, 'token'],
  ] as const)
    it(`is mounted, and made only where it is not: ${definition}`, () => {
      const all = new Map(secrets(definition));
      expect(all.has('Secret/token')).to.equal(made);
      expect(JSON.stringify(all.get('Deployment/web'))).to.contain(`"secretName":"${mounted}"`);
    });
});
