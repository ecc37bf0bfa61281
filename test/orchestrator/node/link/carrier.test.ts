import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { loadKubeconfig } from '../../../../src/kube/remote/kubeconfig.ts';
import { StreamError } from '../../../../src/orchestrator/link/failure.ts';
import { CHANNEL } from '../../../../src/orchestrator/link/frame.ts';
import { carryPath } from '../../../../src/orchestrator/link/path.ts';
import type { LinkRequest } from '../../../../src/orchestrator/link/requests.ts';
import type { LinkStream } from '../../../../src/orchestrator/link/stream.ts';
import { type Carrier, createCarrier } from '../../../../src/orchestrator/node/link/carrier.ts';
import { keepLinked, type LinkTarget } from '../../../../src/orchestrator/node/link/client.ts';
import { type RunningServer, startHttpsServer } from '../../api/httpserver.ts';
import { until } from '../helpers.ts';

/** Sends back what comes, and ends its direction when the other end has ended its own. */
async function echo(stream: LinkStream): Promise<void> {
  stream.accept();
  for await (const { channel, bytes } of stream.pieces()) {
    if (channel === CHANNEL.stdin) await stream.send(CHANNEL.stdout, bytes);
    if (channel === CHANNEL.close) break;
  }
  await stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdout]));
  stream.end({});
}

describe('a connection to a pod of another node', () => {
  let server: RunningServer;
  let carrier: Carrier;
  let answer: (stream: LinkStream, request: LinkRequest) => void;
  const ending = new AbortController();
  const common = { clock: systemClock, logger: silentLogger };

  function targetOf(node: string): LinkTarget {
    const { credentials } = loadKubeconfig({ path: server.nodeKubeconfig(node) });
    if (credentials.type !== 'plain') throw new Error('the kubeconfig of a node is plain');
    const { ca, cert, key } = credentials;
    const tls = { ca: String(ca), cert: String(cert), key: String(key) };
    return { url: `https://127.0.0.1:${server.port}`, tls };
  }

  before(async () => {
    server = await startHttpsServer();
    void keepLinked(
      {
        ...common,
        target: targetOf('b'),
        nodeName: 'b',
        onRequest: (request, stream) => answer(stream, request),
      },
      ending.signal,
    );
    carrier = createCarrier({ ...common, target: targetOf('a'), nodeName: 'a' });
    answer = (stream) => void echo(stream);
    await until('b is linked', async () => (await connect()) !== undefined);
  });
  after(async () => {
    ending.abort();
    await carrier.stop();
    await server.close();
  });

  const connect = (node = 'b'): Promise<Socket | undefined> =>
    carrier.connect({ node, pod: 'u1', host: '127.9.0.1', port: 80, timeoutMs: 2_000, allowHalfOpen: true });

  it('carries bytes both ways, and the end of each direction by itself', async () => {
    answer = (stream) => void echo(stream);
    const socket = await connect();
    const text = 'x'.repeat(700_000);
    socket?.end(text);
    expect(String(socket && (await buffer(socket)))).to.equal(text);
  });

  it('does not come about where the pod does not take it, or its node is not there', async () => {
    answer = (stream) => stream.reset(new StreamError('NotFound', 'no such pod'));
    expect(await connect()).to.equal(undefined);
    expect(await connect('c')).to.equal(undefined);
  });

  it('is reset where the pod resets it, and the other way round', async () => {
    answer = (stream) => {
      stream.accept();
      stream.reset(new StreamError('ServiceUnavailable', 'it is gone'));
    };
    const cut = await connect();
    let isCut = false;
    cut
      ?.on('error', () => {})
      .once('close', () => {
        isCut = true;
      });
    await until('it is cut', () => isCut);
    let there: LinkStream | undefined;
    answer = (stream) => {
      there = stream;
      stream.accept();
    };
    (await connect())?.resetAndDestroy();
    await until('the pod hears of it', () => there?.signal.aborted === true);
  });

  it('is all that a node may ask of another one', async () => {
    const asked: LinkRequest[] = [];
    answer = (_stream, request) => void asked.push(request);
    const answers: string[] = [];
    const end = new AbortController();
    const exec = {
      pod: { namespace: 'd', name: 'p', uid: 'u1' },
      container: 'c',
      stdin: false,
      command: ['sh'],
    };
    void keepLinked(
      {
        ...common,
        target: targetOf('a'),
        nodeName: 'a',
        path: carryPath('a'),
        onLink(link) {
          link?.open({ type: 'exec', ...exec }).catch((error: Error) => answers.push(error.message));
        },
      },
      end.signal,
    );
    await until('it is refused', () => answers.length > 0);
    end.abort();
    expect(answers).to.deep.equal(['a node may only ask for connections to pods']);
    expect(asked).to.deep.equal([]);
  });
});
