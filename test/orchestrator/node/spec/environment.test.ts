import { expect } from 'chai';
import type { Container, Service } from '../../../../src/kube/kinds/objects.data.ts';
import { buildEnvironment } from '../../../../src/orchestrator/node/spec/environment.ts';
import { expand } from '../../../../src/orchestrator/node/spec/expand.ts';
import {
  serviceEnvironment,
  unservedReference,
} from '../../../../src/orchestrator/node/spec/serviceenvironment.ts';
import { known, pod } from './notation.ts';

describe('expansion of $(NAME)', () => {
  for (const [text, expected] of [
    ['$(A)', '1'],
    ['x$(A)y$(B)z', 'x1y2z'],
    ['$(MISSING)', '$(MISSING)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$A ${A}', '$A ${A}'],
    ['$(toString)', '$(toString)'],
    ['$(A', '$(A'],
  ] as const) {
    it(`${text} → ${expected}`, () => expect(expand(text, { A: '1', B: '2' })).to.equal(expected));
  }
});

describe('environment of a container', () => {
  const build = (container: Partial<Container>) =>
    buildEnvironment({
      ...known,
      pod: pod(),
      container: { name: 'web', ...container },
      base: { PATH: '/bin', HOST: '127.1.0.1' },
      nodeResources: {},
    });

  it('takes envFrom with its prefix, then env, each seeing what stands before it', () => {
    const result = build({
      envFrom: [{ prefix: 'APP_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'keys' } }],
      env: [
        { name: 'URL', value: 'http://$(HOST)/$(APP_size)' },
        { name: 'AGAIN', value: '$(URL)?' },
        { name: 'HOST', value: 'mine' },
      ],
    });
    expect(result.ok && result.env).to.deep.equal({
      PATH: '/bin',
      HOST: 'mine',
      APP_size: '10',
      APP_mode: 'fast',
      token: 's3cret',
      URL: 'http://127.1.0.1/10',
      AGAIN: 'http://127.1.0.1/10?',
    });
  });

  it('reads keys and fields', () => {
    const from = (valueFrom: NonNullable<Container['env']>[number]['valueFrom']) =>
      build({ env: [{ name: 'X', ...(valueFrom ? { valueFrom } : {}) }] });
    const value = (valueFrom: Parameters<typeof from>[0]) => {
      const result = from(valueFrom);
      return result.ok ? result.env.X : result.message;
    };
    expect(value({ configMapKeyRef: { name: 'settings', key: 'size' } })).to.equal('10');
    expect(value({ secretKeyRef: { name: 'keys', key: 'token' } })).to.equal('s3cret');
    expect(value({ fieldRef: { fieldPath: 'status.podIP' } })).to.equal('127.1.0.1');
    expect(value({ fieldRef: { fieldPath: "metadata.labels['app']" } })).to.equal('web');
    expect(value({ configMapKeyRef: { name: 'settings', key: 'no', optional: true } })).to.equal(undefined);
    expect(value({ configMapKeyRef: { name: 'settings', key: 'no' } })).to.equal(
      "couldn't find key no in configmap settings",
    );
    expect(value({ secretKeyRef: { name: 'no', key: 'x' } })).to.equal('secret "no" not found');
    expect(value({ fieldRef: { fieldPath: 'spec.nowhere' } })).to.contain('is not supported');
  });

  it('names the Services of its namespace by what is really bound', () => {
    const row = (namespace: string, service: string, portName: string, port: number) => ({
      namespace,
      service,
      portName,
      servicePort: 80,
      host: '127.200.0.7',
      port,
    });
    expect(
      serviceEnvironment([row('shop', 'my-web', 'http', 31080), row('other', 'db', '', 5432)], 'shop'),
    ).to.deep.equal({
      MY_WEB_PORT: 'tcp://127.200.0.7:31080',
      MY_WEB_PORT_80_TCP: 'tcp://127.200.0.7:31080',
      MY_WEB_PORT_80_TCP_ADDR: '127.200.0.7',
      MY_WEB_PORT_80_TCP_PORT: '31080',
      MY_WEB_PORT_80_TCP_PROTO: 'tcp',
      MY_WEB_SERVICE_HOST: '127.200.0.7',
      MY_WEB_SERVICE_PORT: '31080',
      MY_WEB_SERVICE_PORT_HTTP: '31080',
    });
  });

  it('says of a port of UDP that it is one', () => {
    const row = {
      namespace: 'shop',
      service: 'dns',
      portName: '',
      servicePort: 53,
      host: '127.200.0.7',
      port: 53,
    };
    expect(serviceEnvironment([{ ...row, protocol: 'UDP' }], 'shop')).to.include({
      DNS_PORT: 'udp://127.200.0.7:53',
      DNS_PORT_53_UDP_PROTO: 'udp',
    });
  });

  it('names the API in every namespace, to pods without service links too, unless their own Service has its name', () => {
    const row = (namespace: string, port: number) => ({
      namespace,
      service: 'kubernetes',
      portName: 'https',
      servicePort: 443,
      host: '127.200.0.1',
      port,
    });
    const all = [row('default', 443), row('shop', 8443)];
    expect(serviceEnvironment([row('default', 443)], 'other').KUBERNETES_SERVICE_PORT).to.equal('443');
    expect(serviceEnvironment(all, 'shop', false).KUBERNETES_SERVICE_PORT).to.equal('443');
    expect(serviceEnvironment(all, 'shop').KUBERNETES_SERVICE_PORT).to.equal('8443');
  });
});

describe('a reference to a Service', () => {
  const service = (name: string, spec: Service['spec']): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec,
  });
  const services = [
    service('my-db', { clusterIP: '127.200.0.9', ports: [{ port: 5432, name: 'sql' }] }),
    service('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
  ];
  const fault = (text: string, env: Record<string, string> = {}) => unservedReference([text], env, services);

  it('that exists and is not served here yet is one to wait for', () => {
    for (const name of ['MY_DB_SERVICE_HOST', 'MY_DB_SERVICE_PORT', 'MY_DB_SERVICE_PORT_SQL'])
      expect(fault(`tcp://$(${name})`)).to.equal(
        `$(${name}): Service "my-db" cannot be reached on this node yet`,
      );
  });

  it('that is served, is escaped, names nothing or a Service without address stays as Kubernetes leaves it', () => {
    expect(fault('$(MY_DB_SERVICE_HOST)', { MY_DB_SERVICE_HOST: '127.200.0.9' })).to.equal(undefined);
    for (const text of ['$$(MY_DB_SERVICE_HOST)', '$(OTHER_SERVICE_HOST)', '$(HEADLESS_SERVICE_HOST)'])
      expect(fault(text)).to.equal(undefined);
  });
});
