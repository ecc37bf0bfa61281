import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { CONFIG_MAPS, DEPLOYMENTS } from '../../../src/kube/kinds/resources.data.ts';
import { linesOf, statusOfAnswer, warningsOf } from '../../../src/kube/remote/answers.ts';
import { type RemoteClient, remoteClient } from '../../../src/kube/remote/remote.ts';
import { StatusError } from '../../../src/kube/values/status.ts';
import { FakeClock, settle } from '../../fakes/clock.ts';
import { kubeconfig } from './notation.ts';

describe('lines of a stream', () => {
  const collect = async (...chunks: Buffer[]): Promise<string[]> => {
    const lines: string[] = [];
    async function* source() {
      yield* chunks;
    }
    for await (const line of linesOf(source())) lines.push(line);
    return lines;
  };

  it('are the same wherever the chunks are cut, inside a character too', async () => {
    const bytes = Buffer.from('{"a":"é"}\n{"b":"日本"}\n\n{"c":1}\n');
    const whole = await collect(bytes);
    expect(whole).to.deep.equal(['{"a":"é"}', '{"b":"日本"}', '', '{"c":1}']);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await collect(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).to.deep.equal(
        whole,
      );
    }
    expect(await collect(...[...bytes].map((byte) => Buffer.from([byte])))).to.deep.equal(whole);
  });

  it('are given up where one is longer than it may be, however it is cut', async () => {
    async function* source() {
      for (const text of ['{"a":1}\n{"b":', '"xxxx', 'yyyy']) yield Buffer.from(text);
    }
    const lines: string[] = [];
    const reading = async () => {
      for await (const line of linesOf(source(), 12)) lines.push(line);
    };
    expect(await reading().catch(({ message }: Error) => message)).to.equal(
      'a line of the answer is too large',
    );
    expect(lines).to.deep.equal(['{"a":1}']);
  });

  it('leave a torn last line out', async () => {
    expect(await collect(Buffer.from('{"a":1}\n{"b":'))).to.deep.equal(['{"a":1}']);
  });
});

describe('answers', () => {
  it('give up the texts of their warnings', () => {
    expect(warningsOf('299 - "one", 299 kube "say \\"two\\", please"')).to.deep.equal([
      'one',
      'say "two", please',
    ]);
    expect(warningsOf(undefined)).to.deep.equal([]);
  });

  it('that no API server wrote become a Status all the same', () => {
    const status = statusOfAnswer(503, Buffer.from('<html>upstream down</html>'));
    expect(status).to.deep.include({ code: 503, reason: 'ServiceUnavailable', status: 'Failure' });
    expect(status.message).to.include('upstream down');
  });
});

describe('the remote client', () => {
  type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
  let server: Server;
  let client: RemoteClient;
  let handlers: Handler[];
  let clock: FakeClock;
  const requests: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];

  /** One handler per request in order; the last one answers all that follow. */
  const serve = (...list: Handler[]): void => {
    handlers = list;
  };
  const answer =
    (value: unknown, code = 200, headers = {}): Handler =>
    (_request, response) => {
      response.writeHead(code, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    };

  beforeEach(async () => {
    requests.length = 0;
    clock = new FakeClock();
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      requests.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
      handler?.(request, response, body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const text = kubeconfig(`http://127.0.0.1:${port}/clusters/a`);
    client = remoteClient({ kubeconfig: { text }, clock, logger: silentLogger });
  });
  afterEach(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  const conf = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf', namespace: 'shop' } };
  const key = { namespace: 'shop', name: 'conf' };

  it('puts everything that an option says into the request', async () => {
    serve(answer({}));
    await client.apply(CONFIG_MAPS, conf, { fieldManager: 'pilotage', force: true, dryRun: true });
    await client.patch(
      DEPLOYMENTS,
      { namespace: 'shop', name: 'web' },
      { type: 'strategic', body: {} },
      { subresource: 'scale' },
    );
    await client.delete(CONFIG_MAPS, key, { preconditions: { uid: 'u' }, propagationPolicy: 'Orphan' });
    await client.list(CONFIG_MAPS, { namespace: 'shop', labelSelector: 'a in (b,c)', limit: 5 });
    const at = '/clusters/a/api/v1/namespaces/shop/configmaps';
    expect(requests.map(({ line }) => line)).to.deep.equal([
      `PATCH ${at}/conf?dryRun=All&fieldManager=pilotage&fieldValidation=Strict&force=true`,
      'PATCH /clusters/a/apis/apps/v1/namespaces/shop/deployments/web/scale?fieldValidation=Strict',
      `DELETE ${at}/conf`,
      `GET ${at}?labelSelector=a+in+%28b%2Cc%29&limit=5`,
    ]);
    expect(requests.map(({ headers }) => headers['content-type'])).to.deep.equal([
      'application/apply-patch+yaml',
      'application/strategic-merge-patch+json',
      'application/json',
      undefined,
    ]);
    expect(JSON.parse(requests[2]?.body ?? '')).to.deep.include({
      kind: 'DeleteOptions',
      preconditions: { uid: 'u' },
      propagationPolicy: 'Orphan',
    });
    expect(requests[0]?.headers.authorization).to.equal('Bearer secret');
  });

  it('acts as another user by impersonation', async () => {
    serve(answer({}));
    await client.as({ name: 'eve', groups: ['a', 'b'], uid: '7' }).get(CONFIG_MAPS, key);
    expect(requests[0]?.headers).to.deep.include({
      'impersonate-user': 'eve',
      'impersonate-group': 'a, b',
      'impersonate-uid': '7',
    });
  });

  it('comes back when the server says when', async () => {
    const busy = { kind: 'Status', status: 'Failure', reason: 'TooManyRequests', code: 429, message: 'busy' };
    serve(answer(busy, 429, { 'retry-after': '2' }), answer(conf));
    const got = client.get(CONFIG_MAPS, key);
    while (requests.length < 1) await settle();
    while (clock.pending < 1) await settle();
    await clock.advance(1999);
    expect(requests).to.have.length(1);
    await clock.advance(1);
    expect(await got).to.deep.equal(conf);
  });

  it('gives up on 429 without Retry-After, as on any refusal', async () => {
    serve(
      answer(
        { kind: 'Status', status: 'Failure', reason: 'TooManyRequests', code: 429, message: 'busy' },
        429,
      ),
    );
    const error = await client.get(CONFIG_MAPS, key).catch((e) => e);
    expect(error).to.be.instanceOf(StatusError);
    expect([error.code, error.message]).to.deep.equal([429, 'busy']);
  });

  it('repeats a read once when the connection is reset, and never a write', async () => {
    const reset: Handler = (request) => request.socket.destroy();
    serve(reset, answer(conf));
    expect(await client.get(CONFIG_MAPS, key)).to.deep.equal(conf);
    serve(reset, answer(conf));
    const error = await client.create(CONFIG_MAPS, conf).catch((e) => e);
    expect(error.code).to.equal('ECONNRESET');
    serve(reset);
    expect((await client.get(CONFIG_MAPS, key).catch((e) => e)).code).to.equal('ECONNRESET');
  });

  it('does not wait for ever', async () => {
    serve(() => {});
    const got = client.get(CONFIG_MAPS, key).catch((e) => e);
    while (requests.length < 1) await settle();
    await clock.advance(60_000);
    expect((await got).code).to.equal('ETIMEDOUT');
  });

  it('stops at once when the signal aborts', async () => {
    serve(() => {});
    const abort = new AbortController();
    const got = client.get(CONFIG_MAPS, key, { signal: abort.signal }).catch((e) => e);
    while (requests.length < 1) await settle();
    abort.abort(new Error('enough'));
    expect((await got).message).to.equal('enough');
  });

  it('asks for discovery once for many callers, again for an unknown kind, and again after a failure', async () => {
    serve(answer({}, 500), answer({}, 500), answer({ kind: 'APIGroupDiscoveryList', items: [] }));
    expect((await client.resources().catch((e) => e)).code).to.equal(500);
    await Promise.all([client.resources(), client.resources()]);
    expect(requests).to.have.length(4);
    expect(await client.resourceFor({ apiVersion: 'v1', kind: 'Ship' })).to.equal(undefined);
    expect(requests).to.have.length(6);
  });

  it('reads the discovery of servers before 1.27', async () => {
    serve((request, response) => {
      const path = (request.url ?? '').replace('/clusters/a', '');
      const documents: Record<string, object> = {
        '/api': { kind: 'APIVersions', versions: ['v1'] },
        '/apis': {
          kind: 'APIGroupList',
          groups: [{ name: 'apps', versions: [{ groupVersion: 'apps/v1' }] }],
        },
        '/api/v1': {
          resources: [
            { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get'] },
            { name: 'pods/log', kind: 'Pod', namespaced: true },
          ],
        },
      };
      response.writeHead(documents[path] ? 200 : 503);
      response.end(JSON.stringify(documents[path] ?? {}));
    });
    const rows = await client.resources();
    expect(rows.map(({ plural, subresources }) => [plural, subresources])).to.deep.equal([['pods', ['log']]]);
  });

  it('throws what the server says inside a watch, and a torn connection', async () => {
    const gone = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410, message: 'too old' };
    const first = { type: 'ADDED', object: conf };
    serve((_request, response) => {
      response.write(`${JSON.stringify(first)}\n${JSON.stringify({ type: 'ERROR', object: gone })}\n`);
    });
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const follow = async () => {
      for await (const event of client.watch(CONFIG_MAPS, { resourceVersion: '1', signal })) seen.push(event);
    };
    expect((await follow().catch((e) => e)).code).to.equal(410);
    expect(seen).to.deep.equal([first]);
    serve((request, response) => {
      response.write(`${JSON.stringify(first)}\n`, () => request.socket.destroy());
    });
    expect((await follow().catch((e) => e)).code).to.equal('ECONNRESET');
  });

  it('says that exec and port-forward are not there, instead of hanging', async () => {
    for (const work of [client.exec(key, { command: ['ls'] }), client.portForward(key, 80)]) {
      expect((await Promise.resolve(work).catch((e) => e)).code).to.equal(405);
    }
  });
});
