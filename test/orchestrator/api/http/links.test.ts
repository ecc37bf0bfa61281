import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { WebSocket } from 'ws';
import { NODES, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { StatusError } from '../../../../src/kube/values/status.ts';
import { StreamError, writeFailure } from '../../../../src/orchestrator/link/failure.ts';
import {
  CHANNEL,
  decodeFrame,
  encodeFrame,
  type FrameType,
} from '../../../../src/orchestrator/link/frame.ts';
import { LINK_PROTOCOL, linkPath } from '../../../../src/orchestrator/link/path.ts';
import type { LinkRequest } from '../../../../src/orchestrator/link/requests.ts';
import { seeded } from '../../../kube/seeded.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';

/** The agent's end, as small as it can be. */
class FakeAgent {
  readonly requests: LinkRequest[] = [];
  readonly link: WebSocket;
  readonly #address: string;
  readonly #tls: object;
  onRequest: (stream: number, request: LinkRequest) => void = () => {};
  onReset: (stream: number) => void = () => {};

  constructor(server: RunningServer, node: string, identity: string) {
    const config = load(readFileSync(server.nodeKubeconfig(identity), 'utf8')) as {
      clusters: { cluster: Record<string, string> }[];
      users: { user: Record<string, string> }[];
    };
    const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
    const { user } = config.users[0] ?? { user: {} };
    this.#address = `wss://127.0.0.1:${server.port}`;
    this.#tls = {
      ca: bytes(config.clusters[0]?.cluster['certificate-authority-data']),
      cert: bytes(user['client-certificate-data']),
      key: bytes(user['client-key-data']),
    };
    this.link = this.dial(linkPath(node));
    this.link.on('message', (data: Buffer) => {
      const frame = decodeFrame(data);
      if (frame?.type === 'reset') this.onReset(frame.stream);
      if (frame?.type !== 'open') return;
      const request = JSON.parse(String(frame.payload)) as LinkRequest;
      this.requests.push(request);
      this.onRequest(frame.stream, request);
    });
  }
  dial(path: string, protocol = LINK_PROTOCOL): WebSocket {
    return new WebSocket(this.#address + path, protocol, this.#tls);
  }
  send(type: FrameType, stream: number, ...payload: readonly Buffer[]): void {
    this.link.send(encodeFrame(type, stream, ...payload));
  }
  /** Text of the standard output. */
  print(stream: number, text: string): void {
    this.send('data', stream, Buffer.from([CHANNEL.stdout]), Buffer.from(text));
  }
  end(stream: number): void {
    this.send('end', stream, Buffer.from('{}'));
  }
  /** Resolves when linked, with the HTTP status when refused. */
  connected(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.link.once('open', () => resolve(101));
      this.link.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      this.link.once('error', reject);
    });
  }
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

describe('the link to a node', () => {
  let server: RunningServer;
  before(async () => {
    server = await startHttpsServer();
    const client = server.client();
    await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
    await client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default' },
      spec: { nodeName: 'n1', containers: [{ name: 'main', image: 'host' }] },
    });
  });
  after(() => server.close());
  const logs = (options = {}) => server.client().logs({ namespace: 'default', name: 'web' }, options);

  it('that is not there makes a log unavailable, and says which node', async () => {
    try {
      await logs();
      expect.fail('a log without node');
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      expect(error.code).to.equal(503);
      expect(error.message).to.include('n1').and.to.include('not connected');
    }
  });

  it('is for the node itself alone', async () => {
    const stranger = new FakeAgent(server, 'n1', 'n2');
    expect(await stranger.connected()).to.equal(403);
  });

  it('carries a log from the agent to the client, as it comes', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    expect(await agent.connected()).to.equal(101);
    agent.onRequest = (stream) => {
      agent.print(stream, 'one\n');
      agent.print(stream, 'two\n');
      agent.end(stream);
    };
    expect(await textOf(await logs({ tailLines: 2, timestamps: true }))).to.equal('one\ntwo\n');
    expect(agent.requests[0]).to.deep.include({
      type: 'logs',
      container: 'main',
      tailLines: 2,
      timestamps: true,
    });
    agent.link.terminate();
  });

  it('hangs up at the agent when the client has read enough', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    await agent.connected();
    agent.onRequest = (stream) => agent.print(stream, 'first\n');
    const closed = new Promise<void>((resolve) => {
      agent.onReset = () => resolve();
    });
    const abort = new AbortController();
    const log = await logs({ follow: true, signal: abort.signal });
    for await (const chunk of log) {
      expect(String(chunk)).to.equal('first\n');
      abort.abort();
      break;
    }
    await closed;
    agent.link.terminate();
  });

  it('tells the failure that the node tells', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    await agent.connected();
    const failure = new StreamError('BadRequest', 'container "main" is waiting to start');
    agent.onRequest = (stream) => agent.send('reset', stream, writeFailure(failure));
    const outcome = await logs()
      .then(textOf)
      .then(
        () => 'a log',
        (error: Error) => error.message,
      );
    expect(outcome).to.equal(failure.message);
    agent.link.terminate();
  });

  it('expects no stream that it did not ask for', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    await agent.connected();
    agent.send('open', 1, Buffer.from(JSON.stringify({ type: 'stats' })));
    for (const type of ['accept', 'data', 'window', 'end', 'reset'] as const)
      agent.send(type, 4_000_000_000, Buffer.from([CHANNEL.stdout]), Buffer.from('made up'));
    agent.onRequest = (stream) => {
      agent.print(stream, 'asked for');
      agent.end(stream);
    };
    expect(await textOf(await logs())).to.equal('asked for');
    agent.link.terminate();
  });

  it('is refused to an agent of another version, with what to do', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    await agent.connected();
    const old = agent.dial(linkPath('n1'), 'v1.link.pilotage.dev');
    const refusal = await new Promise<string>((resolve) => {
      old.once('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (piece: Buffer) => {
          text += piece;
        });
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
      });
    });
    expect(refusal).to.match(/^400 /).and.to.include('restart it');
    agent.link.terminate();
  });

  it('that breaks ends what is under way, with the reason', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    await agent.connected();
    agent.onRequest = (stream) => agent.print(stream, 'some\n');
    const log = await logs({ follow: true });
    let failure = '';
    const read = textOf(log).catch((error: Error) => {
      failure = error.message;
    });
    agent.link.terminate();
    await read;
    expect(failure).to.not.equal('');
  });

  it('is taken over by the agent that dials last', async () => {
    const old = new FakeAgent(server, 'n1', 'n1');
    await old.connected();
    const dropped = new Promise((resolve) => old.link.once('close', resolve));
    const fresh = new FakeAgent(server, 'n1', 'n1');
    await fresh.connected();
    await dropped;
    fresh.onRequest = (stream) => fresh.end(stream);
    expect(await textOf(await logs())).to.equal('');
    fresh.link.terminate();
  });

  it('outlives whatever bytes a node sends in place of a log', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    await agent.connected();
    const random = seeded(15);
    const errors = [
      '',
      '{',
      'null',
      '7',
      '[]',
      '{"reason":7}',
      '{"reason":"NoSuch","message":"x"}',
      '{"message":{}}',
    ];
    const bytes = () => Buffer.from(Array.from({ length: random(40) }, () => random(256)));
    const hostile: ((stream: number) => Buffer)[] = [
      ...errors.map((text) => (stream: number) => encodeFrame('reset', stream, Buffer.from(text))),
      ...errors.map((text) => (stream: number) => encodeFrame('end', stream, Buffer.from(text))),
      () => Buffer.alloc(0),
      (stream) => encodeFrame('data', stream, Buffer.alloc(262_139, CHANNEL.stdout)),
      (stream) => encodeFrame('window', stream, Buffer.from([255, 255, 255, 255])),
      (stream) => encodeFrame('data', stream),
      ...Array.from({ length: 15 }, () => (stream: number) => encodeFrame('data', stream, bytes())),
      ...Array.from({ length: 15 }, () => bytes),
    ];
    for (const message of hostile) {
      agent.onRequest = (stream) => {
        agent.link.send(message(stream));
        agent.end(stream);
      };
      await logs()
        .then(textOf)
        .catch((error: Error) => {
          if (!(error instanceof StatusError) && !/aborted|terminated|socket/.test(error.message))
            throw error;
        });
    }
    agent.onRequest = (stream) => agent.send('reset', stream, Buffer.from('{"reason": "NoSuch"}'));
    const said = await logs().then(textOf, (error: Error) => error.message);
    expect(said).to.include('cannot be read');
    // A frame beyond the limit of its size costs the node its link.
    const gone = new Promise((resolve) => agent.link.once('close', resolve));
    agent.link.send(Buffer.alloc(300_000, CHANNEL.stdout));
    await gone;
  });

  it('has a name that can be read', async () => {
    const agent = new FakeAgent(server, 'n1', 'n1');
    await agent.connected();
    const stream = agent.dial('/pilotage/v1/nodes/%E0%A4%A/link');
    const code = await new Promise((resolve) => {
      stream.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(code).to.equal(400);
    agent.link.terminate();
  });
});
