import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS } from '../../../../src/kube/kinds/resources.data.ts';
import { decodeCbor, encodeCbor } from '../../../../src/orchestrator/api/wire/cbor.ts';
import { type Asker, asker } from '../ask.ts';
import { customDefinition, customVersion } from '../definition.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';

const AGGREGATED = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const PARTIAL = 'as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

describe('the forms of answers', () => {
  let server: RunningServer;
  let http: Asker;
  const configMaps = '/api/v1/namespaces/default/configmaps';
  const get = (path: string, accept: string, headers = {}) =>
    http.ask(path, { headers: { accept, ...headers } });

  before(async () => {
    server = await startHttpsServer();
    http = asker(server);
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };
    await server
      .client()
      .create(CONFIG_MAPS, { ...object, data: { yes: 'yes', large: 'x'.repeat(200_000) } });
  });
  after(() => server.close());

  it('are YAML for who asks for it: objects, lists, tables, failures', async () => {
    const { headers, text } = await get(`${configMaps}/a`, 'application/yaml');
    expect(headers['content-type']).to.equal('application/yaml');
    expect(load(text)).to.deep.include({ kind: 'ConfigMap' });
    expect(text).to.match(/yes["']?: ["']yes["']/);
    const list = await get(configMaps, `application/yaml;as=Table;v=v1;g=meta.k8s.io`);
    expect(load(list.text)).to.deep.include({ kind: 'Table' });
    const failure = await get(`${configMaps}/nowhere`, 'application/yaml');
    expect(load(failure.text)).to.deep.include({ kind: 'Status', reason: 'NotFound' });
    expect((await get(`${configMaps}?watch=1`, 'application/yaml')).code).to.equal(406);
  });

  it('are indented for who asks for it and for programs that show what they get, but not where a hash says what they are', async () => {
    const lines = async (path: string, headers: Record<string, string> = {}) =>
      (await get(path, 'application/json', headers)).text.split('\n').length;
    const curl = { 'user-agent': 'curl/8.5.0' };
    expect(await lines(`${configMaps}/a`)).to.equal(1);
    expect(await lines(`${configMaps}/a?pretty=true`)).to.be.greaterThan(5);
    expect(await lines(`${configMaps}/a?pretty=nonsense`, curl)).to.equal(1);
    expect(await lines(`${configMaps}/a`, curl)).to.be.greaterThan(5);
    expect(await lines(`${configMaps}/nowhere`, curl)).to.be.greaterThan(5);
    expect(await lines('/openapi/v2', curl)).to.equal(1);
  });

  it('are CBOR for who asks for it, and CBOR is taken', async () => {
    const { headers, bytes } = await get(`${configMaps}/a`, 'application/cbor');
    expect(headers['content-type']).to.equal('application/cbor');
    expect(decodeCbor(bytes)).to.deep.include({ kind: 'ConfigMap' });
    const send = (method: string, path: string, type: string, body: object | string) =>
      http.ask(path, {
        method,
        body: typeof body === 'string' ? body : encodeCbor(body),
        headers: { 'content-type': type, accept: 'application/cbor' },
      });
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { k: 'v' } };
    expect((await send('POST', configMaps, 'application/cbor', object)).code).to.equal(201);
    const applied = await send(
      'PATCH',
      `${configMaps}/c?fieldManager=m&force=true`,
      'application/apply-patch+cbor',
      {
        ...object,
        data: { k: 'w' },
      },
    );
    expect(decodeCbor(applied.bytes)).to.deep.include({ data: { k: 'w' } });
    const broken = await send('POST', configMaps, 'application/cbor', 'no cbor');
    expect([broken.code, decodeCbor(broken.bytes)]).to.deep.include(400);
  });

  it('are a sequence of CBOR in a watch', async () => {
    const { headers, bytes } = await get(
      `${configMaps}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=c`,
      'application/cbor-seq',
    );
    expect(headers['content-type']).to.equal('application/cbor-seq');
    expect(decodeCbor(bytes)).to.deep.include({ type: 'ADDED' });
  });

  it('are metadata alone in lists and watches', async () => {
    const list = JSON.parse((await get(configMaps, `application/json;${PARTIAL}`)).text);
    expect([list.kind, list.items[0].kind, list.items[0].data]).to.deep.equal([
      'PartialObjectMetadataList',
      'PartialObjectMetadata',
      undefined,
    ]);
    const watch = await get(`${configMaps}?watch=1&timeoutSeconds=1`, `application/json;${PARTIAL}`);
    const [first] = watch.text.split('\n');
    expect(JSON.parse(first ?? '').object).to.deep.include({ kind: 'PartialObjectMetadata' });
  });

  it('are compressed where they are large and the client takes it', async () => {
    const zipped = await get(configMaps, '*/*', { 'accept-encoding': 'gzip' });
    expect([zipped.headers['content-encoding'], zipped.headers.vary]).to.deep.equal([
      'gzip',
      'Accept-Encoding',
    ]);
    expect(JSON.parse(gunzipSync(zipped.bytes).toString()).kind).to.equal('ConfigMapList');
    expect(
      (await get(configMaps, '*/*', { 'accept-encoding': 'br, gzip;q=0' })).headers,
    ).not.to.have.property('content-encoding');
    expect((await get('/version', '*/*', { 'accept-encoding': 'gzip' })).headers).not.to.have.property(
      'content-encoding',
    );
  });

  it('are not sent again to who has them: discovery and OpenAPI', async () => {
    for (const [path, accept] of [
      ['/apis', AGGREGATED('v2')],
      ['/api', AGGREGATED('v2beta1')],
      ['/openapi/v3', '*/*'],
      ['/openapi/v3/apis/apps/v1', '*/*'],
      ['/openapi/v2', '*/*'],
    ] as const) {
      const { code, headers } = await get(path, accept);
      expect([code, headers.etag], path)
        .to.have.nested.property('[1]')
        .that.matches(/^"[0-9A-F]{128}"$/);
      const again = await get(path, accept, { 'if-none-match': headers.etag });
      expect([again.code, again.text], path).to.deep.equal([304, '']);
      expect((await get(path, accept, { 'if-none-match': '"other"' })).code).to.equal(200);
    }
  });

  it('of OpenAPI v3 may be kept under an address with their hash, and a wrong hash leads to the right one', async () => {
    const { paths } = await http.json('/openapi/v3');
    const { serverRelativeURL } = paths['apis/apps/v1'];
    expect((await http.ask(serverRelativeURL)).headers['cache-control']).to.equal('public, immutable');
    const moved = await http.ask('/openapi/v3/apis/apps/v1?hash=00');
    expect([moved.code, moved.headers.location]).to.deep.equal([301, serverRelativeURL]);
  });

  it('of OpenAPI v2 hold every kind and its list, with references that all lead somewhere', async () => {
    const { text } = await http.ask('/openapi/v2');
    const { definitions, paths } = JSON.parse(text);
    const refs = [...text.matchAll(/"#\/definitions\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(refs.filter((ref) => definitions[ref] === undefined)).to.deep.equal([]);
    expect(definitions['io.k8s.api.core.v1.PodList']['x-kubernetes-group-version-kind']).to.deep.equal([
      { group: '', version: 'v1', kind: 'PodList' },
    ]);
    const pod = paths['/api/v1/namespaces/{namespace}/pods/{name}'];
    expect(Object.keys(pod)).to.include.members(['get', 'put', 'patch', 'delete']);
    expect(pod.get.operationId).to.equal('readCoreV1NamespacedPod');
    expect(paths['/api/v1/pods'].get.operationId).to.equal('listCoreV1PodForAllNamespaces');
    expect(paths).to.have.property('/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale');
  });

  it('of OpenAPI v2 say of custom resources what Swagger can, and change with them', async () => {
    const { headers } = await http.ask('/openapi/v2');
    await server.client().create(CUSTOM_RESOURCE_DEFINITIONS, shipDefinition());
    const changed = await http.ask('/openapi/v2', { headers: { 'if-none-match': headers.etag } });
    expect(changed.code).to.equal(200);
    const { properties, ...ship } = JSON.parse(changed.text).definitions['com.example.v1.Ship'];
    expect(ship.description).to.equal('A ship.');
    expect(properties.metadata).to.deep.include({
      $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
    });
    expect(properties.spec).to.deep.equal({
      type: 'object',
      required: ['crew'],
      properties: {
        crew: { type: 'integer', minimum: 1 },
        name: {},
        any: { 'x-kubernetes-preserve-unknown-fields': true },
      },
    });
  });

  it('say how the server is, check by check', async () => {
    expect((await http.ask('/livez')).text).to.equal('ok');
    expect((await http.ask('/readyz?verbose')).text).to.equal(
      '[+]ping ok\n[+]etcd ok\n[+]shutdown ok\nreadyz check passed\n',
    );
    expect((await http.ask('/livez?verbose&exclude=etcd&exclude=x')).text).to.equal(
      '[+]ping ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches for "x"\nlivez check passed\n',
    );
    expect((await http.ask('/healthz/ping')).text).to.equal('ok');
    expect((await http.ask('/healthz/luck')).code).to.equal(404);
  });
});

const shipDefinition = () =>
  customDefinition('example.com', 'Ship', [
    customVersion({
      description: 'A ship.',
      properties: {
        spec: {
          type: 'object',
          required: ['crew', 'name'],
          properties: {
            crew: { type: 'integer', minimum: 1 },
            name: { type: 'string', nullable: true },
            any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      },
    }),
  ]);
