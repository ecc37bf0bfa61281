import { expect } from 'chai';
import type { Answer } from '../ask.ts';
import { useHttpsServer } from '../httpsuite.ts';

describe('what the API cannot understand, it answers with what is wrong:', () => {
  const http = useHttpsServer();

  const post = (path: string, body: string | Buffer, type = 'application/json') =>
    http.ask(path, { method: 'POST', body, headers: { 'content-type': type } });
  const reasonOf = ({ text }: Answer): string => JSON.parse(text).reason;
  const configMaps = '/api/v1/namespaces/default/configmaps';

  it('malformed JSON, malformed YAML with its line, no body, a foreign type', async () => {
    const bad = await post(configMaps, '{"kind": ');
    expect([bad.code, reasonOf(bad)]).to.deep.equal([400, 'BadRequest']);
    expect(JSON.parse(bad.text).message).to.match(
      /^the object provided is unrecognized \(must be of type ConfigMap\): .*not valid JSON/,
    );
    const yaml = await post(configMaps, 'kind: ConfigMap\nmetadata: {name: a\n', 'application/yaml');
    expect(JSON.parse(yaml.text).message).to.match(/not valid YAML at line \d/);
    expect((await post(configMaps, '')).code).to.equal(400);
    expect((await post(configMaps, 'a,b', 'text/csv')).code).to.equal(415);
    expect((await post(configMaps, 'zzz', 'application/vnd.kubernetes.protobuf')).code).to.equal(400);
  });

  it('bodies above 3 MiB', async () => {
    const answer = await post(configMaps, JSON.stringify({ data: { big: 'x'.repeat(3 * 1024 * 1024) } }));
    expect([answer.code, reasonOf(answer)]).to.deep.equal([413, 'RequestEntityTooLarge']);
    const unannounced = await http.ask(configMaps, {
      method: 'POST',
      body: 'x'.repeat(4 * 1024 * 1024),
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect([unannounced.code, reasonOf(unannounced)]).to.deep.equal([413, 'RequestEntityTooLarge']);
  });

  it('paths and methods that are not served', async () => {
    for (const path of [
      '/nowhere',
      '/apis/nowhere/v1/things',
      '/api/v1/namespaces/default/things',
      '/api/v1/pods/a',
    ]) {
      expect((await http.ask(path)).code, path).to.equal(404);
    }
    expect((await http.ask(configMaps, { method: 'PUT' })).code).to.equal(405);
    expect((await http.ask('/api/v1/configmaps', { method: 'DELETE' })).code, 'over all namespaces').to.equal(
      405,
    );
    expect((await http.ask(`${configMaps}/a`, { method: 'POST', body: '{}' })).code).to.equal(405);
  });

  it('query parameters that cannot be meant', async () => {
    for (const query of ['limit=many', 'labelSelector=%21%21', 'timeoutSeconds=-1&watch=1']) {
      expect((await http.ask(`${configMaps}?${query}`)).code, query).to.equal(400);
    }
    const text = async (answer: Promise<Answer>) => {
      const { code, message } = JSON.parse((await answer).text);
      return `${code} ${message}`;
    };
    expect(await text(post(`${configMaps}?dryRun=Some`, '{}'))).to.equal(
      '422 CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    );
    expect(await text(post(`${configMaps}?fieldValidation=Lax`, '{}'))).to.equal(
      '422 CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Lax": supported values: "", "Ignore", "Strict", "Warn"',
    );
    expect(await text(http.ask(`${configMaps}?watch=1&sendInitialEvents=true`))).to.equal(
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  });

  it('answers that it cannot give', async () => {
    const answer = await http.ask(configMaps, {
      headers: { accept: 'text/html' },
    });
    expect([answer.code, reasonOf(answer)]).to.deep.equal([406, 'NotAcceptable']);
  });
});
