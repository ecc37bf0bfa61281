import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { StatusError } from '../../../src/kube/values/status.ts';
import { createNodeLinks, type NodeLinks } from '../../../src/orchestrator/api/http/links.ts';
import type { NodeConnection } from '../../../src/orchestrator/api/types.ts';
import { CHANNEL } from '../../../src/orchestrator/link/frame.ts';
import { readResult } from '../../../src/orchestrator/link/requests.ts';
import { keepLinked } from '../../../src/orchestrator/node/link/client.ts';
import { serveRequest } from '../../../src/orchestrator/node/link/handlers.ts';
import type { PodRuntime } from '../../../src/orchestrator/node/runtime/runtime.ts';
import { until } from '../node/helpers.ts';
import { FAKE_PROGRAMS } from '../node/runtime/fakeprograms.ts';
import { createFakeMachine } from '../node/runtime/fakeruntime.ts';
import { containerSpec } from '../node/runtime/notation.ts';
import { LOGS } from './pair.ts';

const REF = { pod: LOGS.pod.uid, container: 'main', attempt: 0 };

/** Both ends as they are, over a WebSocket; the node's runtime is in memory. */
describe('both ends of the link together', () => {
  let links: NodeLinks;
  let server: Server;
  let runtime: PodRuntime;
  let sockets: Socket[];
  let stop: AbortController;
  let agent: Promise<void>;

  beforeEach(async () => {
    links = createNodeLinks({ clock: systemClock, logger: silentLogger, timeout: 20_000 });
    sockets = [];
    server = createServer();
    server.on('connection', (socket) => sockets.push(socket));
    server.on('upgrade', (request, socket, head) => links.upgrade(request, socket, head));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    runtime = createFakeMachine().open();
    await runtime.start(containerSpec(REF, FAKE_PROGRAMS.serves(0)));
    stop = new AbortController();
    agent = keepLinked(
      {
        target: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
        nodeName: 'n1',
        onRequest: (request, stream) =>
          void serveRequest(request, stream, {
            runtime,
            podOf: () => ({
              apiVersion: 'v1',
              kind: 'Pod',
              metadata: LOGS.pod,
              spec: { containers: [{ name: 'main' }] },
            }),
            addressOf: () => undefined,
            nodeStats: () => ({ at: 0, cpuNanoseconds: 0, memoryBytes: 0 }),
            serveHttp: () => undefined,
            logger: silentLogger,
          }),
        clock: systemClock,
        logger: silentLogger,
      },
      stop.signal,
    );
  });
  afterEach(async () => {
    stop.abort();
    await agent;
    links.close();
    server.closeAllConnections();
    server.close();
  });

  const connected = (): Promise<NodeConnection> =>
    until('the node to be linked', () => links.connection('n1'));

  it('answer what is asked for by its kind', async () => {
    const node = await connected();
    expect(await text(await node.read(LOGS))).to.equal('up\n');
    const stats = await node.ask({ type: 'stats', pod: LOGS.pod });
    expect(stats.containers.map(({ container }) => container)).to.deep.equal(['main']);
  });

  it('run a command with its input, its output and its exit code', async () => {
    const node = await connected();
    const command = FAKE_PROGRAMS.copies(6);
    const stream = await node.open({ type: 'exec', pod: LOGS.pod, container: 'main', command, stdin: true });
    const input = Buffer.alloc(2_000_000, 'line\n');
    const sending = stream
      .send(CHANNEL.stdin, input)
      .then(() => stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdin])));
    const output: Buffer[] = [];
    for await (const { bytes } of stream.pieces()) output.push(bytes);
    await sending;
    expect(Buffer.concat(output).equals(input)).to.equal(true);
    expect(readResult('exec', await stream.result)).to.deep.equal({ exitCode: 6 });
  });

  it('carry 1,000 requests at once over one connection', async () => {
    const node = await connected();
    const answers = await Promise.all(Array.from({ length: 1_000 }, async () => text(await node.read(LOGS))));
    expect(new Set(answers)).to.deep.equal(new Set(['up\n']));
    expect(sockets).to.have.length(1);
  });

  it('say so when the connection breaks under a stream, and are linked again by themselves', async () => {
    const node = await connected();
    const log = await node.read({ ...LOGS, follow: true });
    const failure = text(log).catch((error: unknown) => error);
    for (const socket of sockets.splice(0)) socket.destroy();
    const error = await failure;
    expect(error instanceof StatusError && error.code).to.equal(503);
    await until('a new link', async () => {
      const again = await links
        .connection('n1')
        ?.read(LOGS)
        .then(text, () => '');
      return again === 'up\n';
    });
  });

  it('stop at the node what the reader of a log no longer wants', async () => {
    let readers = 0;
    const { logs } = runtime;
    runtime = {
      ...runtime,
      async *logs(...args) {
        readers += 1;
        yield* logs(...args);
        readers -= 1;
      },
    };
    const node = await connected();
    const abort = new AbortController();
    const first = await node.read({ ...LOGS, follow: true }, abort.signal);
    const second = await node.read({ ...LOGS, follow: true });
    expect(readers).to.equal(2);
    abort.abort();
    second.destroy();
    await until('both to be over', () => readers === 0);
    await until('the reader to be closed', () => first.destroyed);
  });
});
