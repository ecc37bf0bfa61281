import { expect } from 'chai';
import { StreamError } from '../../../src/orchestrator/link/failure.ts';
import { CHANNEL, encodeFrame } from '../../../src/orchestrator/link/frame.ts';
import { createMultiplexer, MAX_STREAMS } from '../../../src/orchestrator/link/multiplexer.ts';
import { WINDOW_BYTES } from '../../../src/orchestrator/link/stream.ts';
import { settle } from '../../fakes/clock.ts';
import { seeded } from '../../kube/seeded.ts';
import { failureOf, LOGS, linked, textOf } from './pair.ts';

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
