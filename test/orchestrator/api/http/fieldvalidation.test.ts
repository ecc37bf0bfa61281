import { expect } from 'chai';
import { useHttpsServer } from '../httpsuite.ts';

const JSON_BODY = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","name":"web","unknownMeta":1,
 "labels":{"a":"1"}},"spec":{"unknown1":"v","unknownDupe":"v","unknownDupe":"v","paused":true,"paused":false,
 "selector":{"matchLabels":{"a":"1"}},"template":{"metadata":{"labels":{"a":"1"}},"spec":{"containers":[
 {"name":"main","image":"host","unknownNested":"v","imagePullPolicy":"Always","imagePullPolicy":"Never"}]}}}}`;

const YAML_BODY = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: yaml
  labels: {a: "1"}
spec:
  unknown1: v
  paused: true
  paused: false
  selector:
    matchLabels: {a: "1"}
  template:
    metadata:
      labels: {a: "1"}
    spec:
      unknownDeep: v
      containers:
      - name: main
        image: host
        image: other
`;

describe('field validation over HTTPS', () => {
  const http = useHttpsServer();

  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const send = async (mode: string, method: string, path: string, type: string, body: string) => {
    const { code, text, headers } = await http.ask(`${path}?fieldValidation=${mode}&dryRun=All`, {
      method,
      body,
      headers: { 'content-type': type },
    });
    const warnings = [...String(headers.warning ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(
      ([, warning = '']) => warning.replace(/\\(.)/g, '$1'),
    );
    return { code, object: JSON.parse(text), warnings };
  };

  it('Strict names unknown fields and repeated keys of JSON in the order of the text', async () => {
    const { code, object } = await send('Strict', 'POST', deployments, 'application/json', JSON_BODY);
    expect([code, object.message]).to.deep.equal([
      400,
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: duplicate field "metadata.name", unknown field "metadata.unknownMeta", unknown field "spec.unknown1", unknown field "spec.unknownDupe", duplicate field "spec.unknownDupe", duplicate field "spec.paused", unknown field "spec.template.spec.containers[0].unknownNested", duplicate field "spec.template.spec.containers[0].imagePullPolicy"',
    ]);
  });

  it('Strict names repeated keys of YAML by their lines, then unknown fields by name', async () => {
    const { code, object } = await send('Strict', 'POST', deployments, 'application/yaml', YAML_BODY);
    expect([code, object.message]).to.deep.equal([
      400,
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: yaml: unmarshal errors:\n  line 9: key "paused" already set in map\n  line 20: key "image" already set in map, unknown field "spec.template.spec.unknownDeep", unknown field "spec.unknown1"',
    ]);
  });

  it('Warn says the same in headers, and takes the last of repeated keys', async () => {
    const fromJson = await send('Warn', 'POST', deployments, 'application/json', JSON_BODY);
    expect(fromJson.code).to.equal(201);
    expect(fromJson.warnings).to.include.members([
      'duplicate field "spec.paused"',
      'unknown field "spec.unknown1"',
    ]);
    expect(fromJson.object.spec.template.spec.containers[0].imagePullPolicy).to.equal('Never');
    const fromYaml = await send('', 'POST', deployments, 'application/yaml', YAML_BODY);
    expect(fromYaml.warnings).to.deep.equal([
      'line 9: key "paused" already set in map',
      'line 20: key "image" already set in map',
      'unknown field "spec.template.spec.unknownDeep"',
      'unknown field "spec.unknown1"',
    ]);
    expect(fromYaml.object.spec.template.spec.containers[0].image).to.equal('other');
  });

  it('Warn cuts short what is much together, and names a hundred unknown fields at most', async () => {
    const unknown = Array.from({ length: 300 }, (_, i) => `"unknown${'x'.repeat(60)}${i}":${i}`);
    const body = `{"metadata":{"name":"much"},"${'k'.repeat(5_000)}":1,${unknown.join()}}`;
    const path = '/api/v1/namespaces/default/configmaps';
    const warned = await send('Warn', 'POST', path, 'application/json', body);
    expect(warned.warnings[0]).to.equal(`unknown field "${'k'.repeat(241)}`);
    expect(warned.warnings.join('')).to.have.length.within(4_096, 4_096 + 256);
    const { object } = await send('Strict', 'POST', path, 'application/json', body);
    expect(object.message.match(/unknown field/g)).to.have.length(100);
  });

  it('Ignore says nothing of either', async () => {
    for (const [type, body] of [
      ['application/json', JSON_BODY],
      ['application/yaml', YAML_BODY],
    ] as const) {
      const { code, warnings } = await send('Ignore', 'POST', deployments, type, body);
      expect([code, warnings]).to.deep.equal([201, []]);
    }
  });

  it('Strict refuses a patch with what it makes of the object, repeated keys first', async () => {
    await http.ask('/api/v1/namespaces/default/configmaps', {
      method: 'POST',
      body: '{"metadata":{"name":"patched"}}',
      headers: { 'content-type': 'application/json' },
    });
    const path = '/api/v1/namespaces/default/configmaps/patched';
    const body = '{"zzz":1,"data":{"a":"1","a":"2"},"aaa":1}';
    for (const type of ['application/merge-patch+json', 'application/strategic-merge-patch+json']) {
      const { code, object } = await send('Strict', 'PATCH', path, type, body);
      expect([code, object.reason]).to.deep.equal([422, 'Invalid']);
      expect(object.message).to.match(/^ "" is invalid: patch: Invalid value: /);
      expect(object.message.slice(object.message.indexOf('strict decoding'))).to.equal(
        'strict decoding error: duplicate field "data.a", unknown field "aaa", unknown field "zzz"',
      );
      const warned = await send('Warn', 'PATCH', path, type, body);
      expect([warned.code, warned.object.data, warned.warnings.length]).to.deep.equal([200, { a: '2' }, 3]);
    }
  });

  it('Strict refuses an apply that repeats keys, Warn takes the last and says so', async () => {
    const body = `apiVersion: v1
kind: ConfigMap
metadata:
  name: applied
data:
  a: "1"
  a: "2"
`;
    const path = '/api/v1/namespaces/default/configmaps/applied';
    const applied = (mode: string) => {
      const parameters = `fieldManager=test&dryRun=All&fieldValidation=${mode}`;
      const headers = { 'content-type': 'application/apply-patch+yaml' };
      return http.ask(`${path}?${parameters}`, { method: 'PATCH', body, headers });
    };
    const refused = await applied('Strict');
    expect([refused.code, JSON.parse(refused.text).message]).to.deep.equal([
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key "a" already set in map',
    ]);
    const warned = await applied('Warn');
    expect([warned.code, JSON.parse(warned.text).data]).to.deep.equal([201, { a: '2' }]);
    expect(String(warned.headers.warning)).to.contain('line 7: key \\"a\\" already set in map');
    expect((await applied('Ignore')).headers.warning).to.equal(undefined);
  });
});
