import { request } from 'node:https';
import { expect } from 'chai';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { type RunningServer, startHttpsServer } from './httpserver.ts';

/** What docs/deviations.md says of the API and no other test has reason to look at. */
describe('where the built-in API differs from Kubernetes', () => {
  let server: RunningServer;
  before(async () => {
    server = await startHttpsServer();
  });
  after(() => server.close());

  const ask = (path: string, accept = 'application/json'): Promise<{ type: string; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.token}`, accept };
      // The name of the server is not what is looked at here.
      const options = { host: '127.0.0.1', port: server.port, path, headers, rejectUnauthorized: false };
      request(options, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ type: response.headers['content-type'] ?? '', body: Buffer.concat(chunks) });
      })
        .on('error', reject)
        .end();
    });

  it('every item of a list says its kind', async () => {
    const { body } = await ask('/api/v1/namespaces');
    const { items } = JSON.parse(body.toString()) as { items: KubeObject[] };
    expect(items).to.have.length.greaterThan(0);
    for (const { apiVersion, kind } of items) expect([apiVersion, kind]).to.deep.equal(['v1', 'Namespace']);
  });

  it('answers are JSON, also to who would rather have protobuf', async () => {
    const { type, body } = await ask('/version', 'application/vnd.kubernetes.protobuf,application/json');
    expect(type).to.contain('application/json');
    expect(JSON.parse(body.toString())).to.have.property('gitVersion');
    const pods = await ask('/api/v1/pods', 'application/vnd.kubernetes.protobuf,application/json');
    expect(JSON.parse(pods.body.toString())).to.include({ kind: 'PodList' });
  });

  it('a list of "any version" is the latest one', async () => {
    const client = server.client();
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', namespace: 'default' } };
    await client.create(CONFIG_MAPS, object);
    const list = await client.list(CONFIG_MAPS, { namespace: 'default', resourceVersion: '0' });
    expect(list.items.map(({ metadata }) => metadata.name)).to.include('new');
  });
});
