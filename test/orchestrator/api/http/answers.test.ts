import { expect } from 'chai';
import { customDefinition, customVersion } from '../definition.ts';
import { useHttpsServer } from '../httpsuite.ts';

describe('answers over HTTPS', () => {
  const http = useHttpsServer();

  const post = (path: string, body: string | Buffer, type = 'application/json') =>
    http.ask(path, { method: 'POST', body, headers: { 'content-type': type } });
  const configMaps = '/api/v1/namespaces/default/configmaps';

  it('takes YAML bodies, and sends warnings in the header', async () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {mode: "on"}\nsurplus: "ä"\n';
    const answer = await post(configMaps, text, 'application/yaml');
    expect(answer.code).to.equal(201);
    expect(JSON.parse(answer.text).data).to.deep.equal({ mode: 'on' });
    expect(answer.headers.warning).to.equal('299 - "unknown field \\"surplus\\""');
  });

  it('warns everybody who uses a version of custom resources that is deprecated', async () => {
    const definition = customDefinition('example.org', 'Boat', [customVersion({}, { deprecated: true })]);
    await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', JSON.stringify(definition));
    const answer = await http.ask('/apis/example.org/v1/namespaces/default/boats', {
      headers: { authorization: `Bearer ${http.server.token}` },
    });
    expect(answer.headers.warning).to.equal('299 - "example.org/v1 Boat is deprecated"');
  });

  it('names the manager of a write after the program that made it', async () => {
    const answer = await http.ask(configMaps, {
      method: 'POST',
      headers: { 'user-agent': 'lens/7.1 (linux)' },
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'agent' },
        data: { a: '1' },
      }),
    });
    expect(JSON.parse(answer.text).metadata.managedFields[0].manager).to.equal('lens');
  });

  it('gives metadata alone to those who ask for it', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    const answer = await http.ask(configMaps, { headers: { accept } });
    const list = JSON.parse(answer.text);
    expect(list.kind).to.equal('PartialObjectMetadataList');
    expect(list.items[0]).to.have.all.keys('kind', 'apiVersion', 'metadata');
  });

  it('keeps the old discovery for old clients', async () => {
    expect(JSON.parse((await http.ask('/api')).text).versions).to.deep.equal(['v1']);
    const groups = JSON.parse((await http.ask('/apis')).text).groups.map(
      (group: { name: string }) => group.name,
    );
    expect(groups).to.include.members(['apps', 'apiextensions.k8s.io']);
    const { resources } = JSON.parse((await http.ask('/apis/apps/v1')).text);
    expect(resources.map((row: { name: string }) => row.name)).to.include.members([
      'deployments',
      'deployments/status',
      'deployments/scale',
    ]);
    expect(JSON.parse((await http.ask('/apis/apps')).text).preferredVersion.version).to.equal('v1');
  });

  it('publishes OpenAPI v3 whose references all lead somewhere, under an address that changes with it', async () => {
    const { paths } = JSON.parse((await http.ask('/openapi/v3')).text) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    expect(Object.keys(paths)).to.include.members(['api/v1', 'apis/apps/v1']);
    for (const { serverRelativeURL } of Object.values(paths)) {
      expect(serverRelativeURL).to.match(/\?hash=[0-9A-F]{128}$/);
      const { text } = await http.ask(serverRelativeURL);
      const names = new Set(Object.keys(JSON.parse(text).components.schemas));
      const refs = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(
        refs.filter((ref) => !names.has(ref)),
        serverRelativeURL,
      ).to.deep.equal([]);
    }
  });
});
