import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { CONFIG_MAPS, NAMESPACES } from '../../../../src/kube/kinds/resources.data.ts';
import type { StatusError } from '../../../../src/kube/values/status.ts';
import type { Answer } from '../ask.ts';
import { useHttpsServer } from '../httpsuite.ts';
import type { Kubeconfig } from './kubeconfig.ts';

describe('the API over HTTPS asks who is there, and', () => {
  const http = useHttpsServer();

  const reasonOf = ({ text }: Answer): string => JSON.parse(text).reason;
  const configMaps = '/api/v1/namespaces/default/configmaps';

  it('lets nobody in without certificate or token, on loopback either', async () => {
    for (const path of ['/api', '/apis/apps/v1', '/api/v1/namespaces', '/openapi/v3', '/']) {
      const answer = await http.ask(path, { headers: { authorization: '' } });
      expect([answer.code, reasonOf(answer)], path).to.deep.equal([401, 'Unauthorized']);
    }
  });

  it('refuses a wrong token, and one that is almost right', async () => {
    for (const token of ['nonsense', http.server.token.slice(0, -1), `${http.server.token}x`]) {
      const answer = await http.ask('/api/v1/namespaces', { headers: { authorization: `Bearer ${token}` } });
      expect(answer.code).to.equal(401);
    }
  });

  it('answers a review as it is: it has neither columns nor metadata', async () => {
    const review = (accept: string) =>
      http.ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json' },
        body: JSON.stringify({ spec: { nonResourceAttributes: { path: '/', verb: 'get' } } }),
      });
    for (const as of ['Table', 'PartialObjectMetadata']) {
      const refused = await review(`application/json;as=${as};g=meta.k8s.io;v=v1`);
      expect(refused.code).to.equal(406);
      expect(JSON.parse(refused.text)).to.include({ kind: 'Status', reason: 'NotAcceptable' });
    }
    expect((await review('application/json;as=Table;g=meta.k8s.io;v=v1,application/json')).code).to.equal(
      406,
    );
    expect((await review('application/json')).code).to.equal(201);
  });

  it('tells anyone that it is healthy and which version it is', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
      const answer = await http.ask(path, { headers: { authorization: '' } });
      expect(answer.code, path).to.equal(200);
    }
    expect(JSON.parse((await http.ask('/version')).text)).to.deep.include({ major: '1', minor: '35' });
  });

  it('reads no body of who may not write, whatever it holds', async () => {
    const { users } = load(readFileSync(http.server.nodeKubeconfig('n1'), 'utf8')) as Kubeconfig;
    const [{ user } = { user: undefined }] = users;
    const asNode = (method: string, path: string, contentType: string) =>
      http.ask(path, {
        method,
        body: 'neither JSON nor protobuf',
        cert: Buffer.from(user?.['client-certificate-data'] ?? '', 'base64'),
        key: Buffer.from(user?.['client-key-data'] ?? '', 'base64'),
        headers: { authorization: '', 'content-type': contentType },
      });
    for (const type of ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']) {
      expect((await asNode('POST', configMaps, type)).code, type).to.equal(403);
      expect((await asNode('PUT', `${configMaps}/x`, type)).code, type).to.equal(403);
      expect(
        (await asNode('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', type)).code,
      ).to.equal(403);
      // What some object would be allowed for is read.
      expect((await asNode('POST', '/api/v1/nodes', type)).code, type).to.equal(400);
    }
  });

  it('takes a token as well as a certificate', async () => {
    expect((await http.ask('/api/v1/namespaces')).code).to.equal(200);
    expect((await http.server.client().list(NAMESPACES)).items).to.have.length.above(3);
  });

  it('still knows the certificate when a TLS session is resumed', async () => {
    const { users } = load(readFileSync(http.server.kubeconfig, 'utf8')) as Kubeconfig;
    const user = users[0]?.user;
    const identity = {
      cert: Buffer.from(user?.['client-certificate-data'] ?? '', 'base64'),
      key: Buffer.from(user?.['client-key-data'] ?? '', 'base64'),
    };
    const session = await new Promise<Buffer>((resolve, reject) => {
      const socket = connect({
        host: '127.0.0.1',
        port: http.server.port,
        rejectUnauthorized: false,
        ...identity,
      });
      socket.once('session', (ticket) => {
        resolve(ticket);
        socket.destroy();
      });
      socket.once('error', reject);
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    const answer = await http.ask('/api/v1/namespaces', {
      headers: { authorization: '' },
      ...identity,
      session,
    });
    expect(answer.code).to.equal(200);
  });

  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  for (const [what, path, options, node, administrator] of [
    ['discovery', '/apis/apps/v1', {}, 200, 200],
    ['OpenAPI', '/openapi/v3', {}, 200, 200],
    ['the version', '/version', {}, 200, 200],
    ['a write to the version', '/version', { method: 'POST' }, 403, 404],
    ['the list of paths', '/', {}, 403, 200],
    ['metrics', '/metrics', {}, 403, 200],
    ['a path that is not served', '/debug/pprof', {}, 403, 404],
    ['the link of the node itself', '/pilotage/v1/nodes/n1/link', {}, 404, 404],
    ['the link of another node', '/pilotage/v1/nodes/n2/link', {}, 403, 404],
    ['a kind that is not served', '/apis/no.such.group/v1/things', {}, 403, 404],
    ['a command in a pod', '/api/v1/namespaces/default/pods/a/exec', { headers: upgrade }, 403, 404],
    ['an upgrade of any other path', '/metrics', { headers: upgrade }, 403, 404],
    [
      'a review of a token',
      '/apis/authentication.k8s.io/v1/tokenreviews',
      { method: 'POST', body: '{}' },
      403,
      201,
    ],
  ] as const) {
    it(`asks the authorizer before ${what}`, async () => {
      const { users } = load(readFileSync(http.server.nodeKubeconfig('n1'), 'utf8')) as Kubeconfig;
      const cert = Buffer.from(users[0]?.user['client-certificate-data'] ?? '', 'base64');
      const key = Buffer.from(users[0]?.user['client-key-data'] ?? '', 'base64');
      const headers = 'headers' in options ? options.headers : {};
      const asNode = await http.ask(path, {
        ...options,
        cert,
        key,
        headers: { ...headers, authorization: '' },
      });
      expect(asNode.code, 'as a node').to.equal(node);
      const { authorization } = { authorization: `Bearer ${http.server.token}` };
      const asAdministrator = await http.ask(path, { ...options, headers: { ...headers, authorization } });
      expect(asAdministrator.code, 'as an administrator').to.equal(administrator);
    });
  }

  it('lets an administrator act as somebody else, and nobody but an administrator', async () => {
    const asNode = http.server.client(http.server.nodeKubeconfig('n1'));
    await asNode
      .as({ name: 'pilotage-admin', groups: ['system:masters'] })
      .list(CONFIG_MAPS)
      .then(
        () => expect.fail('a node acted as an administrator'),
        (error: StatusError) => expect([error.code, error.reason]).to.deep.equal([403, 'Forbidden']),
      );
  });
});
