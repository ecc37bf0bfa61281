import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { WebSocket } from 'ws';
import { NODES, PODS } from '../../../../src/kube/kinds/resources.ts';
import { StatusError } from '../../../../src/kube/values/status.ts';
import {
  CHANNEL,
  type LinkRequest,
  linkPath,
  type StreamFailure,
  streamPath,
} from '../../../../src/orchestrator/link.ts';
import { seeded } from '../../../kube/seeded.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';

/** The agent's end, as small as it can be. */
class FakeAgent {
  readonly requests: LinkRequest[] = [];
  readonly link: WebSocket;
  readonly #address: string;
  readonly #tls: object;
  onRequest: (request: LinkRequest) => void = () => {};

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
    this.link.on('message', (data) => {
      const request = JSON.parse(String(data)) as LinkRequest;
      this.requests.push(request);
      this.onRequest(request);
    });
  }
  dial(path: string): WebSocket {
    return new WebSocket(this.#address + path, this.#tls);
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

const frame = (channel: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);

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
    agent.onRequest = ({ id }) => {
      const stream = agent.dial(streamPath('n1', id));
      stream.on('open', () => {
        stream.send(frame(CHANNEL.stdout, 'one\n'));
        stream.send(frame(CHANNEL.stdout, 'two\n'));
        stream.close();
      });
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
    const closed = new Promise<void>((resolve) => {
      agent.onRequest = ({ id }) => {
        const stream = agent.dial(streamPath('n1', id));
        stream.on('open', () => stream.send(frame(CHANNEL.stdout, 'first\n')));
        stream.on('close', () => resolve());
      };
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
    const failure: StreamFailure = { reason: 'BadRequest', message: 'container "main" is waiting to start' };
    agent.onRequest = ({ id }) => {
      const stream = agent.dial(streamPath('n1', id));
      stream.on('open', () => {
        stream.send(frame(CHANNEL.error, JSON.stringify(failure)));
        stream.close();
      });
    };
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
    const stream = agent.dial(streamPath('n1', 'made-up'));
    const code = await new Promise((resolve) => {
      stream.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(code).to.equal(404);
    agent.link.terminate();
  });

  it('is taken over by the agent that dials last', async () => {
    const old = new FakeAgent(server, 'n1', 'n1');
    await old.connected();
    const dropped = new Promise((resolve) => old.link.once('close', resolve));
    const fresh = new FakeAgent(server, 'n1', 'n1');
    await fresh.connected();
    await dropped;
    fresh.onRequest = ({ id }) => {
      const stream = fresh.dial(streamPath('n1', id));
      stream.on('open', () => stream.close());
    };
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
    const hostile = [
      ...errors.map((text) => frame(CHANNEL.error, text)),
      Buffer.alloc(0),
      Buffer.alloc(300_000, CHANNEL.stdout),
      ...Array.from({ length: 15 }, bytes),
    ];
    for (const message of hostile) {
      agent.onRequest = ({ id }) => {
        const stream = agent.dial(streamPath('n1', id));
        stream.on('error', () => {});
        stream.on('open', () => {
          stream.send(message);
          stream.close();
        });
      };
      await logs()
        .then(textOf)
        .catch((error: Error) => {
          if (!(error instanceof StatusError) && !/aborted|terminated|socket/.test(error.message))
            throw error;
        });
    }
    agent.onRequest = ({ id }) => {
      const stream = agent.dial(streamPath('n1', id));
      stream.on('open', () => {
        stream.send(frame(CHANNEL.error, '{"reason": "NoSuch"}'));
        stream.close();
      });
    };
    const said = await logs().then(textOf, (error: Error) => error.message);
    expect(said).to.include('cannot be read');
    agent.link.terminate();
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
