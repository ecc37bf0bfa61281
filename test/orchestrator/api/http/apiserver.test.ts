import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { systemClock } from '../../../../src/base/clock.ts';
import { ProblemError } from '../../../../src/base/errors.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { CONFIG_MAPS, NAMESPACES } from '../../../../src/kube/kinds/resources.data.ts';
import { remoteClient } from '../../../../src/kube/remote/remote.ts';
import type { StatusError } from '../../../../src/kube/values/status.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';

interface Answer {
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

describe('the API over HTTPS', () => {
  let server: RunningServer;
  let ca: Buffer;
  before(async () => {
    server = await startHttpsServer();
    const config = load(readFileSync(server.kubeconfig, 'utf8')) as Kubeconfig;
    ca = Buffer.from(config.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
  });
  after(() => server.close());

  /** One request; the administrator's token unless `headers` say otherwise. */
  const ask = (
    path: string,
    options: RequestOptions & { body?: string | Buffer; session?: Buffer } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { body, headers = {}, ...rest } = options;
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: server.port,
          path,
          ca,
          agent: false,
          headers: { authorization: `Bearer ${server.token}`, ...headers },
          ...rest,
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ code: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const reasonOf = ({ text }: Answer): string => JSON.parse(text).reason;
  const post = (path: string, body: string | Buffer, type = 'application/json') =>
    ask(path, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': type },
    });
  const configMaps = '/api/v1/namespaces/default/configmaps';

  describe('asks who is there', () => {
    it('lets nobody in without certificate or token, on loopback either', async () => {
      for (const path of ['/api', '/apis/apps/v1', '/api/v1/namespaces', '/openapi/v3', '/']) {
        const answer = await ask(path, { headers: { authorization: '' } });
        expect([answer.code, reasonOf(answer)], path).to.deep.equal([401, 'Unauthorized']);
      }
    });

    it('refuses a wrong token, and one that is almost right', async () => {
      for (const token of ['nonsense', server.token.slice(0, -1), `${server.token}x`]) {
        const answer = await ask('/api/v1/namespaces', { headers: { authorization: `Bearer ${token}` } });
        expect(answer.code).to.equal(401);
      }
    });

    it('answers a review as it is: it has neither columns nor metadata', async () => {
      const review = (accept: string) =>
        ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
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
        const answer = await ask(path, { headers: { authorization: '' } });
        expect(answer.code, path).to.equal(200);
      }
      expect(JSON.parse((await ask('/version')).text)).to.deep.include({ major: '1', minor: '35' });
    });

    it('reads no body of who may not write, whatever it holds', async () => {
      const { users } = load(readFileSync(server.nodeKubeconfig('n1'), 'utf8')) as Kubeconfig;
      const [{ user } = { user: undefined }] = users;
      const asNode = (method: string, path: string, contentType: string) =>
        ask(path, {
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
      expect((await ask('/api/v1/namespaces')).code).to.equal(200);
      expect((await server.client().list(NAMESPACES)).items).to.have.length.above(3);
    });

    it('still knows the certificate when a TLS session is resumed', async () => {
      const { users } = load(readFileSync(server.kubeconfig, 'utf8')) as Kubeconfig;
      const user = users[0]?.user;
      const identity = {
        cert: Buffer.from(user?.['client-certificate-data'] ?? '', 'base64'),
        key: Buffer.from(user?.['client-key-data'] ?? '', 'base64'),
      };
      const session = await new Promise<Buffer>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port: server.port, ca, ...identity });
        socket.once('session', (ticket) => {
          resolve(ticket);
          socket.destroy();
        });
        socket.once('error', reject);
        socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      });
      const answer = await ask('/api/v1/namespaces', {
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
      ['metrics, which are not served', '/metrics', {}, 403, 404],
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
        const { users } = load(readFileSync(server.nodeKubeconfig('n1'), 'utf8')) as Kubeconfig;
        const cert = Buffer.from(users[0]?.user['client-certificate-data'] ?? '', 'base64');
        const key = Buffer.from(users[0]?.user['client-key-data'] ?? '', 'base64');
        const headers = 'headers' in options ? options.headers : {};
        const asNode = await ask(path, { ...options, cert, key, headers: { ...headers, authorization: '' } });
        expect(asNode.code, 'as a node').to.equal(node);
        const { authorization } = { authorization: `Bearer ${server.token}` };
        const asAdministrator = await ask(path, { ...options, headers: { ...headers, authorization } });
        expect(asAdministrator.code, 'as an administrator').to.equal(administrator);
      });
    }

    it('lets an administrator act as somebody else, and nobody but an administrator', async () => {
      const asNode = server.client(server.nodeKubeconfig('n1'));
      await asNode
        .as({ name: 'pilotage-admin', groups: ['system:masters'] })
        .list(CONFIG_MAPS)
        .then(
          () => expect.fail('a node acted as an administrator'),
          (error: StatusError) => expect([error.code, error.reason]).to.deep.equal([403, 'Forbidden']),
        );
    });
  });

  describe('answers what it cannot understand with what is wrong', () => {
    it('malformed JSON, malformed YAML with its line, no body, a foreign type', async () => {
      const bad = await post(configMaps, '{"kind": ');
      expect([bad.code, reasonOf(bad)]).to.deep.equal([400, 'BadRequest']);
      expect(JSON.parse(bad.text).message).to.match(/not valid JSON/);
      const yaml = await post(configMaps, 'kind: ConfigMap\nmetadata: {name: a\n', 'application/yaml');
      expect(JSON.parse(yaml.text).message).to.match(/not valid YAML at line \d/);
      expect((await post(configMaps, '')).code).to.equal(400);
      expect((await post(configMaps, 'a,b', 'text/csv')).code).to.equal(415);
      expect((await post(configMaps, 'zzz', 'application/vnd.kubernetes.protobuf')).code).to.equal(400);
    });

    it('bodies above 3 MiB', async () => {
      const answer = await post(configMaps, JSON.stringify({ data: { big: 'x'.repeat(3 * 1024 * 1024) } }));
      expect([answer.code, reasonOf(answer)]).to.deep.equal([413, 'RequestEntityTooLarge']);
      const unannounced = await ask(configMaps, {
        method: 'POST',
        body: 'x'.repeat(4 * 1024 * 1024),
        headers: { authorization: `Bearer ${server.token}`, 'transfer-encoding': 'chunked' },
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
        expect((await ask(path)).code, path).to.equal(404);
      }
      expect((await ask(configMaps, { method: 'PUT' })).code).to.equal(405);
      expect((await ask('/api/v1/configmaps', { method: 'DELETE' })).code, 'over all namespaces').to.equal(
        405,
      );
      expect((await ask(`${configMaps}/a`, { method: 'POST', body: '{}' })).code).to.equal(405);
    });

    it('query parameters that cannot be meant', async () => {
      for (const query of ['limit=many', 'labelSelector=%21%21', 'timeoutSeconds=-1&watch=1']) {
        expect((await ask(`${configMaps}?${query}`)).code, query).to.equal(400);
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
      expect(await text(ask(`${configMaps}?watch=1&sendInitialEvents=true`))).to.equal(
        '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
    });

    it('answers that it cannot give', async () => {
      const answer = await ask(configMaps, {
        headers: { authorization: `Bearer ${server.token}`, accept: 'text/html' },
      });
      expect([answer.code, reasonOf(answer)]).to.deep.equal([406, 'NotAcceptable']);
    });
  });

  it('takes YAML bodies, and sends warnings in the header', async () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {mode: "on"}\nsurplus: "ä"\n';
    const answer = await post(configMaps, text, 'application/yaml');
    expect(answer.code).to.equal(201);
    expect(JSON.parse(answer.text).data).to.deep.equal({ mode: 'on' });
    expect(answer.headers.warning).to.equal('299 - "unknown field \\"surplus\\""');
  });

  it('warns everybody who uses a version of custom resources that is deprecated', async () => {
    const version = {
      name: 'v1',
      served: true,
      storage: true,
      deprecated: true,
      schema: { openAPIV3Schema: { type: 'object' } },
    };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'boats.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'boats', kind: 'Boat' },
        versions: [version],
      },
    };
    await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', JSON.stringify(definition));
    const answer = await ask('/apis/example.org/v1/namespaces/default/boats', {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(answer.headers.warning).to.equal('299 - "example.org/v1 Boat is deprecated"');
  });

  it('names the manager of a write after the program that made it', async () => {
    const answer = await ask(configMaps, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'user-agent': 'lens/7.1 (linux)' },
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
    const answer = await ask(configMaps, { headers: { authorization: `Bearer ${server.token}`, accept } });
    const list = JSON.parse(answer.text);
    expect(list.kind).to.equal('PartialObjectMetadataList');
    expect(list.items[0]).to.have.all.keys('kind', 'apiVersion', 'metadata');
  });

  it('keeps the old discovery for old clients', async () => {
    expect(JSON.parse((await ask('/api')).text).versions).to.deep.equal(['v1']);
    const groups = JSON.parse((await ask('/apis')).text).groups.map((group: { name: string }) => group.name);
    expect(groups).to.include.members(['apps', 'apiextensions.k8s.io']);
    const { resources } = JSON.parse((await ask('/apis/apps/v1')).text);
    expect(resources.map((row: { name: string }) => row.name)).to.include.members([
      'deployments',
      'deployments/status',
      'deployments/scale',
    ]);
    expect(JSON.parse((await ask('/apis/apps')).text).preferredVersion.version).to.equal('v1');
  });

  it('publishes OpenAPI v3 whose references all lead somewhere, under an address that changes with it', async () => {
    const { paths } = JSON.parse((await ask('/openapi/v3')).text) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    expect(Object.keys(paths)).to.include.members(['api/v1', 'apis/apps/v1']);
    for (const { serverRelativeURL } of Object.values(paths)) {
      expect(serverRelativeURL).to.match(/\?hash=[0-9A-F]{128}$/);
      const { text } = await ask(serverRelativeURL);
      const names = new Set(Object.keys(JSON.parse(text).components.schemas));
      const refs = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(
        refs.filter((ref) => !names.has(ref)),
        serverRelativeURL,
      ).to.deep.equal([]);
    }
  });

  it('keeps keys and kubeconfig to their owner', () => {
    expect(statSync(server.kubeconfig).mode & 0o777).to.equal(0o600);
  });

  it('says which port is taken and what to do', async () => {
    try {
      await startHttpsServer({ port: server.port });
      expect.fail('two servers on one port');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect(error.problem.message).to.include(`127.0.0.1:${server.port}`);
      expect(error.problem.remedy).to.include('--api');
    }
  });
});

describe('a kubeconfig that asks a program for its token', () => {
  it('is served by that program', async function () {
    this.timeout(60_000);
    const server = await startHttpsServer();
    const config = load(readFileSync(server.kubeconfig, 'utf8')) as Kubeconfig;
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: server.token },
    };
    const exec = {
      apiVersion: credential.apiVersion,
      command: process.execPath,
      args: ['-p', JSON.stringify(JSON.stringify(credential))],
      interactiveMode: 'Never',
    };
    const text = JSON.stringify({ ...config, users: [{ name: 'pilotage', user: { exec } }] });
    const client = remoteClient({ kubeconfig: { text }, clock: systemClock, logger: silentLogger });
    expect((await client.list(NAMESPACES)).items).to.have.length.above(3);
    expect((await client.resources()).length).to.be.above(10);
    client.close();
    await server.close();
  });
});

describe('the API when it stops', () => {
  it('ends its watches, so that nobody waits for it', async () => {
    const server = await startHttpsServer();
    const client = server.client();
    const events = client.watch(CONFIG_MAPS, {
      namespace: 'default',
      signal: new AbortController().signal,
      sendInitialEvents: true,
    });
    const iterator = events[Symbol.asyncIterator]();
    expect((await iterator.next()).value?.type).to.equal('BOOKMARK');
    const rest = (async () => {
      for (;;) if ((await iterator.next()).done) return 'ended';
    })();
    await server.close();
    expect(await rest).to.equal('ended');
  });
});
