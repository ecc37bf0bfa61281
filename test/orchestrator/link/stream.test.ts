import { expect } from 'chai';
import { StreamError } from '../../../src/orchestrator/link/failure.ts';
import { CHANNEL } from '../../../src/orchestrator/link/frame.ts';
import { WINDOW_BYTES } from '../../../src/orchestrator/link/stream.ts';
import { settle } from '../../fakes/clock.ts';
import { failureOf, LOGS, linked, textOf } from './pair.ts';

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
