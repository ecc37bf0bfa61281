import { request } from 'node:https';
import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';
import { pod } from '../notation.ts';

describe('POST of a Binding to its namespace', () => {
  let server: RunningServer;
  before(async () => {
    server = await startHttpsServer();
  });
  after(() => server.close());

  const ask = (method: string, path: string, body?: object): Promise<{ code: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
      const options = {
        host: '127.0.0.1',
        port: server.port,
        path,
        method,
        headers,
        rejectUnauthorized: false,
      };
      const outgoing = request(options, (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ code: answer.statusCode ?? 0, text }));
      });
      outgoing.on('error', reject);
      outgoing.end(body && JSON.stringify(body));
    });
  const path = '/api/v1/namespaces/default/bindings';
  const binding = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name },
    target: { kind: 'Node', name: 'n1' },
  });

  it('binds the pod that it is called after, as POST to the pod does', async () => {
    const client = server.client();
    await client.create(PODS, pod('web'));
    expect((await ask('POST', path, binding('web'))).code).to.equal(201);
    const bound = await client.get<Pod>(PODS, { namespace: 'default', name: 'web' });
    expect(bound.spec.nodeName).to.equal('n1');
    const again = await ask('POST', path, binding('web'));
    expect(again.code).to.equal(409);
    expect(again.text).to.contain('pod web is already assigned to node');
  });

  it('is refused without the name of a pod, and where there is none', async () => {
    expect((await ask('POST', path, binding(''))).code).to.equal(400);
    expect((await ask('POST', path, binding('absent'))).code).to.equal(404);
    expect((await ask('GET', path)).code).to.equal(404);
  });

  it('is known to discovery as something that is created alone', async () => {
    const { text } = await ask('GET', '/api/v1');
    const found = (JSON.parse(text) as { resources: { name: string }[] }).resources.find(
      ({ name }) => name === 'bindings',
    );
    expect(found).to.deep.include({ kind: 'Binding', namespaced: true, verbs: ['create'] });
  });
});
