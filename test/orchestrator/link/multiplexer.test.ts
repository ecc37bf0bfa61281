import { expect } from 'chai';
import { StreamError } from '../../../src/orchestrator/link/failure.ts';
import { CHANNEL, encodeFrame } from '../../../src/orchestrator/link/frame.ts';
import { createMultiplexer, MAX_STREAMS } from '../../../src/orchestrator/link/multiplexer.ts';
import type { LinkRequest } from '../../../src/orchestrator/link/requests.ts';
import { type LinkStream, WINDOW_BYTES } from '../../../src/orchestrator/link/stream.ts';
import { settle } from '../../fakes/clock.ts';
import { seeded } from '../../kube/seeded.ts';
import { LOGS, linkPair } from './pair.ts';

type Serve = (request: LinkRequest, stream: LinkStream) => Promise<void>;

/** Both ends; what the agent does with a request, and streams that it has been given. */
function linked(serve: Serve = async () => {}) {
  const streams: LinkStream[] = [];
  const pair = linkPair((request, stream) => {
    streams.push(stream);
    serve(request, stream).catch((error: StreamError) => stream.reset(error));
  });
  return { ...pair, streams };
}

async function textOf(stream: LinkStream): Promise<string> {
  let text = '';
  for await (const { bytes } of stream.pieces()) text += bytes;
  return text;
}

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) =>
      error instanceof StreamError ? `${error.reason}: ${error.message}` : `not typed: ${String(error)}`,
  );

describe('a stream of the link', () => {
  it('carries bytes of both directions on their channels, and a result', async () => {
    const { server } = linked(async (_request, stream) => {
      stream.accept();
      for await (const { channel, bytes } of stream.pieces()) {
        if (channel === CHANNEL.close) break;
        await stream.send(CHANNEL.stdout, bytes);
        await stream.send(CHANNEL.stderr, Buffer.from('!'));
      }
      stream.end({ exitCode: 3 });
    });
    const stream = await server.open(LOGS);
    await stream.send(CHANNEL.stdin, Buffer.from('hello'));
    await stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdin]));
    const seen: string[] = [];
    for await (const { channel, bytes } of stream.pieces()) seen.push(`${channel} ${bytes}`);
    expect(seen).to.deep.equal(['1 hello', '2 !']);
    expect(JSON.parse(String(await stream.result))).to.deep.equal({ exitCode: 3 });
    expect(stream.signal.aborted).to.equal(true);
  });

  it('is refused with a typed reason, before anything is read', async () => {
    const { server, agent } = linked(async () => {
      throw new StreamError('NotFound', 'no such pod');
    });
    expect(await failureOf(server.open(LOGS))).to.equal('NotFound: no such pod');
    expect([server.size, agent.size]).to.deep.equal([0, 0]);
  });

  it('that fails later tells its reader after what came before', async () => {
    const { server } = linked(async (_request, stream) => {
      await stream.send(CHANNEL.stdout, Buffer.from('some'));
      throw new StreamError('InternalError', 'the disk broke');
    });
    const stream = await server.open(LOGS);
    expect(await failureOf(textOf(stream))).to.equal('InternalError: the disk broke');
    expect(await failureOf(stream.result)).to.equal('InternalError: the disk broke');
  });

  it('is canceled from the side that asked: the other one hears it at once', async () => {
    const { server, agent, streams } = linked(async (_request, stream) => stream.accept());
    const abort = new AbortController();
    await server.open(LOGS, abort.signal);
    expect(streams[0]?.signal.aborted).to.equal(false);
    abort.abort();
    await settle();
    expect(streams[0]?.signal.aborted).to.equal(true);
    expect([server.size, agent.size]).to.deep.equal([0, 0]);
  });

  it('is canceled before it was accepted, too', async () => {
    const { server, streams } = linked();
    const abort = new AbortController();
    const opened = failureOf(server.open(LOGS, abort.signal));
    await settle();
    abort.abort();
    expect(await opened).to.equal('Canceled: the stream was canceled');
    await settle();
    expect(streams[0]?.signal.aborted).to.equal(true);
  });

  it('is canceled from the side that answers', async () => {
    const { server, streams } = linked(async (_request, stream) => stream.accept());
    const stream = await server.open(LOGS);
    streams[0]?.reset(new StreamError('Canceled', 'the pod is gone'));
    expect(await failureOf(textOf(stream))).to.equal('Canceled: the pod is gone');
  });

  it('whose link is cut ends on both sides, with a reason', async () => {
    const { server, streams, cut } = linked(async (_request, stream) => {
      stream.accept();
      await stream.send(CHANNEL.stdout, Buffer.alloc(10 * WINDOW_BYTES));
    });
    const stream = await server.open(LOGS);
    await settle();
    cut();
    expect(await failureOf(stream.result)).to.equal('ServiceUnavailable: the link is cut');
    expect(streams[0]?.signal.aborted).to.equal(true);
    expect(await failureOf(server.open(LOGS))).to.equal('ServiceUnavailable: the link is cut');
  });

  it('holds a source back while nothing is read, and lets it go on', async () => {
    let produced = 0;
    const total = 10 * WINDOW_BYTES;
    const { server } = linked(async (_request, stream) => {
      for (; produced < total; produced += 1024) await stream.send(CHANNEL.stdout, Buffer.alloc(1024));
      stream.end({});
    });
    const stream = await server.open(LOGS);
    await settle();
    await settle();
    expect(produced).to.be.within(WINDOW_BYTES / 2, WINDOW_BYTES + 1024);
    const stalled = produced;
    await settle();
    expect(produced).to.equal(stalled);
    expect((await textOf(stream)).length).to.equal(total);
  });

  it('holds the asking side back too', async () => {
    const { server, streams } = linked(async (_request, stream) => stream.accept());
    const stream = await server.open(LOGS);
    let isSent = false;
    const sending = stream.send(CHANNEL.stdin, Buffer.alloc(2 * WINDOW_BYTES)).then(() => {
      isSent = true;
    });
    await settle();
    expect(isSent).to.equal(false);
    let length = 0;
    for await (const { bytes } of streams[0]?.pieces() ?? []) {
      length += bytes.length;
      if (length === 2 * WINDOW_BYTES) break;
    }
    await sending;
  });

  it('that nobody reads does not hold up another one', async () => {
    const { server } = linked(async (_request, stream) => {
      await stream.send(CHANNEL.stdout, Buffer.alloc(3 * WINDOW_BYTES, 97));
      stream.end({});
    });
    await server.open(LOGS);
    const other = await server.open(LOGS);
    expect((await textOf(other)).length).to.equal(3 * WINDOW_BYTES);
  });

  it('does not let empty frames past the window', async () => {
    let sent = 0;
    const { server } = linked(async (_request, stream) => {
      for (; sent < 1_000_000; sent++) await stream.send(CHANNEL.stdout, Buffer.alloc(0));
    });
    await server.open(LOGS);
    await settle();
    await settle();
    expect(sent).to.be.lessThan(WINDOW_BYTES / 32 + 1);
  });
});

describe('a link', () => {
  it('carries 1,000 requests at once, each with its own answer', async () => {
    const { server, agent } = linked(async (request, stream) => {
      const { container } = request as typeof LOGS;
      await stream.send(CHANNEL.stdout, Buffer.from(container.repeat(100)));
      stream.end({});
    });
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, async (_, n) =>
        textOf(await server.open({ ...LOGS, container: `c${n} ` })),
      ),
    );
    answers.forEach((answer, n) => {
      expect(answer).to.equal(`c${n} `.repeat(100));
    });
    expect([server.size, agent.size]).to.deep.equal([0, 0]);
  });

  it('refuses more streams than it can hold, and takes new ones when others are over', async () => {
    const { server } = linked(async (_request, stream) => stream.accept());
    const streams = await Promise.all(Array.from({ length: MAX_STREAMS }, () => server.open(LOGS)));
    expect(await failureOf(server.open(LOGS))).to.include('TooManyRequests');
    streams[0]?.reset(new StreamError('Canceled', 'enough'));
    expect(server.size).to.equal(MAX_STREAMS - 1);
    await server.open(LOGS);
  });

  it('lets what is short pass what is long', async () => {
    const { server } = linked(async (request, stream) => {
      const size = (request as typeof LOGS).container === 'long' ? 50 * WINDOW_BYTES : 1;
      await stream.send(CHANNEL.stdout, Buffer.alloc(size));
      stream.end({});
    });
    const order: string[] = [];
    const read = async (container: string) => {
      await textOf(await server.open({ ...LOGS, container }));
      order.push(container);
    };
    await Promise.all([read('long'), read('short')]);
    expect(order).to.deep.equal(['short', 'long']);
  });

  it('refuses a request that cannot be read, and serves the next', async () => {
    const { server, agent, streams } = linked(async (_request, stream) => stream.end({}));
    for (const [n, text] of ['', 'null', '7', '[]', '{', '{"type":"logs"}', '{"type":"toString"}'].entries())
      agent.receive(encodeFrame('open', 1_000 + n, Buffer.from(text)));
    expect(streams).to.deep.equal([]);
    expect(server.size).to.equal(0);
    // A number that was used, and one that is lower, open nothing.
    agent.receive(encodeFrame('open', 1_000, Buffer.from(JSON.stringify(LOGS))));
    expect(streams).to.deep.equal([]);
    agent.receive(encodeFrame('open', 2_000, Buffer.from(JSON.stringify(LOGS))));
    expect(streams).to.have.length(1);
  });

  it('ends a stream whose other end sends more than its window, and no other one', async () => {
    const { server } = linked(async (_request, stream) => stream.accept());
    const [first, second] = [await server.open(LOGS), await server.open(LOGS)];
    const flood = encodeFrame('data', 1, Buffer.from([CHANNEL.stdout]), Buffer.alloc(60_000));
    for (let n = 0; n < 10; n++) server.receive(flood);
    expect(await failureOf(first.result)).to.include('more data was sent than the window allows');
    expect(second.signal.aborted).to.equal(false);
    server.receive(encodeFrame('window', 2, Buffer.from([255, 255, 255, 255])));
    expect(await failureOf(second.result)).to.include('grants more than was sent');
  });

  it('outlives whatever the other end sends, on either side', async () => {
    const random = seeded(29);
    const isTyped = (error: unknown) => {
      if (!(error instanceof StreamError)) throw error;
    };
    for (let round = 0; round < 50; round++) {
      const { server, agent, streams } = linked(async (_request, stream) => {
        stream.accept();
        for await (const { bytes } of stream.pieces()) await stream.send(CHANNEL.stdout, bytes);
      });
      const open = await Promise.all([server.open(LOGS), server.open(LOGS)]);
      for (const one of open) void textOf(one).catch(isTyped);
      for (let n = 0; n < 200; n++) {
        const bytes = Buffer.from(Array.from({ length: random(40) }, () => random(256)));
        const frame = Buffer.from([1 + random(7), 0, 0, 0, 1 + random(3), ...bytes]);
        for (const end of [server, agent]) end.receive(random(2) === 0 ? frame : bytes);
      }
      for (const one of [...open, ...streams]) one.reset(new StreamError('Canceled', 'enough'));
      await settle();
      expect(server.size).to.equal(0);
    }
  });

  it('counts what is not a frame, and goes on', async () => {
    const { server, nonsense } = linked(async (_request, stream) => stream.end({}));
    for (const message of [
      Buffer.alloc(0),
      Buffer.from([9, 0, 0, 0, 1]),
      Buffer.from('text that is no frame'),
    ])
      server.receive(message);
    // A stream that was never opened.
    server.receive(encodeFrame('data', 77, Buffer.from([1])));
    // Only the agent is asked.
    server.receive(encodeFrame('open', 1, Buffer.from(JSON.stringify(LOGS))));
    expect(nonsense.server).to.equal(5);
    expect(await textOf(await server.open(LOGS))).to.equal('');
  });

  it('keeps no more under way than the connection takes', async () => {
    let underWay = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const end = createMultiplexer({
      transport: {
        send(frame, sent) {
          underWay += frame.length;
          most = Math.max(most, underWay);
          waiting.push(() => {
            underWay -= frame.length;
            sent();
          });
        },
      },
      onRequest: (_request, stream) =>
        void stream.send(CHANNEL.stdout, Buffer.alloc(100_000)).catch(() => {}),
    });
    for (let n = 1; n <= 200; n++) end.receive(encodeFrame('open', n, Buffer.from(JSON.stringify(LOGS))));
    for (let turns = 0; turns < 2_000; turns++) {
      await Promise.resolve();
      if (turns % 3 === 0) waiting.shift()?.();
    }
    expect(most).to.be.within(1024 * 1024, 2 * 1024 * 1024);
    end.close(new StreamError('Canceled', 'enough'));
  });
});
