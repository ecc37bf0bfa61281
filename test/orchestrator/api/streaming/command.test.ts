import { expect } from 'chai';
import { StreamError } from '../../../../src/orchestrator/link/failure.ts';
import { CHANNEL } from '../../../../src/orchestrator/link/frame.ts';
import type { LinkStream } from '../../../../src/orchestrator/link/stream.ts';
import { until } from '../../node/helpers.ts';
import { askOf } from './ask.ts';
import { podPath, type StreamWorld, startStreamWorld } from './world.ts';

const V5 = ['v5.channel.k8s.io'];
const EXEC = podPath('exec', 'command=cat&stdin=true&stdout=true&stderr=true');

/** Answers standard input on standard output until it ends. */
async function echo(_request: unknown, stream: LinkStream): Promise<void> {
  stream.accept();
  for await (const { channel, bytes } of stream.pieces()) {
    if (channel === CHANNEL.close) break;
    await stream.send(CHANNEL.stdout, bytes);
  }
  stream.end({ exitCode: 0 });
}

describe('exec over a WebSocket', () => {
  let world: StreamWorld;
  before(async () => {
    world = await startStreamWorld();
  });
  after(() => world.close());

  it('carries standard input, its end, both outputs and the Status, by channels', async () => {
    world.onRequest(async (request, stream) => {
      await echo(request, stream);
    });
    const client = await world.dial(EXEC, V5);
    client.send(0, 'hello');
    client.send(255, Buffer.from([0]));
    expect(await client.closed).to.equal(1000);
    expect(client.messages).to.deep.equal([
      [1, ''],
      [1, 'hello'],
      [3, '{"metadata":{},"status":"Success"}'],
    ]);
    expect(world.requests.at(-1)).to.deep.include({
      type: 'exec',
      command: ['cat'],
      container: 'main',
      stdin: true,
    });
  });

  it('is under way in /metrics until it ends, and is counted then', async () => {
    world.onRequest(echo);
    const counted = async (name: string) => {
      const { body } = await askOf(world)('/metrics');
      return Number(
        new RegExp(`^${name}\\{verb="CONNECT",.*subresource="exec",.* (\\d+)$`, 'm').exec(body)?.[1] ?? 0,
      );
    };
    const before = await counted('apiserver_request_total');
    const client = await world.dial(EXEC, V5);
    expect(await counted('apiserver_longrunning_requests')).to.equal(1);
    client.send(255, Buffer.from([0]));
    await client.closed;
    await until('it is counted', async () => (await counted('apiserver_request_total')) === before + 1);
    expect(await counted('apiserver_longrunning_requests')).to.equal(0);
  });

  it('tells an exit code as the kubelet does', async () => {
    world.onRequest(async (_request, stream) => {
      await stream.send(CHANNEL.stderr, Buffer.from('no'));
      stream.end({ exitCode: 3 });
    });
    const client = await world.dial(EXEC, V5);
    await client.closed;
    const [, , [channel, text] = [0, '']] = client.messages;
    expect(channel).to.equal(3);
    expect(JSON.parse(text)).to.deep.include({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  it('speaks the protocols before v4, which tell the end in words', async () => {
    world.onRequest((_request, stream) => stream.end({ exitCode: 1 }));
    const client = await world.dial(EXEC, ['channel.k8s.io']);
    await client.closed;
    expect(client.messages.at(-1)?.[1]).to.include('exit code 1');
  });

  it('speaks base64 in texts', async () => {
    world.onRequest(echo);
    const client = await world.dial(EXEC, ['v5.base64.channel.k8s.io']);
    client.socket.send(`0${Buffer.from('hi').toString('base64')}`);
    await until('the echo', () => client.messages.length === 2);
    expect(client.messages.at(-1)).to.deep.equal([0x31, Buffer.from('hi').toString('base64')]);
    client.socket.terminate();
  });

  it('passes the sizes of a terminal on, and gives it one output', async () => {
    const sizes: string[] = [];
    world.onRequest(async (_request, stream) => {
      stream.accept();
      for await (const { channel, bytes } of stream.pieces())
        if (channel === CHANNEL.resize) sizes.push(String(bytes));
    });
    const client = await world.dial(podPath('exec', 'command=sh&stdin=1&stdout=1&stderr=1&tty=1'), V5);
    client.send(4, '{"Width":80,"Height":24}');
    await until('a size', () => sizes.length > 0);
    expect(sizes).to.deep.equal(['{"Width":80,"Height":24}']);
    expect(world.requests.at(-1)).to.deep.include({ tty: true });
    client.socket.terminate();
  });

  it('ends the command when the client is gone', async () => {
    let stream: LinkStream | undefined;
    world.onRequest((_request, opened) => {
      stream = opened;
      opened.accept();
    });
    const client = await world.dial(EXEC, V5);
    client.socket.terminate();
    await until('the end of the stream', () => stream?.signal.aborted);
  });

  it('tells the client when the agent dies, and is served again by the next one', async () => {
    world.onRequest((_request, stream) => stream.accept());
    const client = await world.dial(EXEC, V5);
    world.unlink();
    await client.closed;
    expect(client.messages.at(-1)?.[1]).to.include('the link to node \\"n1\\" is closed');
    await world.link();
    world.onRequest((_request, stream) => stream.end({ exitCode: 0 }));
    await (await world.dial(EXEC, V5)).closed;
  });

  it('is refused in HTTP before anything runs: streams, command, container, protocol, node', async () => {
    world.onRequest((_request, stream) =>
      stream.reset(new StreamError('BadRequest', 'the container is not running')),
    );
    const refusal = (path: string, protocols = V5) =>
      world.dial(path, protocols).then(
        () => 'served',
        (error: Error) => JSON.parse(error.message).message,
      );
    expect(await refusal(podPath('exec', 'command=a'))).to.equal(
      'you must specify at least 1 of stdin, stdout, stderr',
    );
    expect(await refusal(podPath('exec', 'stdout=1'))).to.equal('you must specify a command');
    expect(await refusal(podPath('exec', 'command=a&stdout=1&container=x'))).to.equal(
      'container x is not valid for pod web',
    );
    expect(await refusal(EXEC, ['v9.channel.k8s.io'])).to.include('are not supported: [v9.channel.k8s.io]');
    expect(await refusal(EXEC)).to.equal('the container is not running');
    expect(await refusal(EXEC.replace('web', 'gone'))).to.equal('pods "gone" not found');
    expect(await refusal('/api/v1/namespaces/default/pods/web?watch=1')).to.include('could not find');
  });

  it('holds back a command whose client never reads, and a client whose command never reads', async () => {
    let sent = 0;
    world.onRequest(async (_request, stream) => {
      stream.accept();
      for (; sent < 2_000; sent++) await stream.send(CHANNEL.stdout, Buffer.alloc(64 * 1024));
    });
    const client = await world.dial(EXEC, V5);
    client.socket.pause();
    for (let i = 0; i < 400; i++) client.send(0, Buffer.alloc(64 * 1024));
    let before = -1;
    await until('the command to stand still', async () => {
      const isStill = sent === before && sent > 0;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return isStill;
    });
    expect(sent).to.be.lessThan(1_000);
    expect(client.socket.bufferedAmount).to.be.greaterThan(1024 * 1024);
    client.socket.terminate();
  });

  it('serves many at once, each its own', async () => {
    world.onRequest(echo);
    const clients = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const client = await world.dial(EXEC, V5);
        client.send(0, `number ${i}`);
        client.send(255, Buffer.from([0]));
        await client.closed;
        return client;
      }),
    );
    expect(clients.map(({ messages }) => messages[1])).to.deep.equal(
      clients.map((_, i) => [1, `number ${i}`]),
    );
  }).timeout(20_000);
});

describe('a log over a WebSocket', () => {
  let world: StreamWorld;
  before(async () => {
    world = await startStreamWorld();
  });
  after(() => world.close());

  it('comes as messages, as they are or in base64, and the connection ends with it', async () => {
    world.onRequest(async (_request, stream) => {
      await stream.send(CHANNEL.stdout, Buffer.from('line\n'));
      stream.end({});
    });
    const raw = await world.dial(podPath('log', 'follow=true'), ['binary.k8s.io']);
    expect(await raw.closed).to.equal(1000);
    expect(raw.messages).to.deep.equal([['l'.charCodeAt(0), 'ine\n']]);
    const encoded = await world.dial(podPath('log', ''), ['base64.binary.k8s.io']);
    await encoded.closed;
    const [[first, rest] = [0, '']] = encoded.messages;
    expect(Buffer.from(String.fromCharCode(first) + rest, 'base64').toString()).to.equal('line\n');
  });
});
