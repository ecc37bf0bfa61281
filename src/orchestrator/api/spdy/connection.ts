import type { Duplex } from 'node:stream';
import type { Clock } from '../../../base/clock.ts';
import { createPipe, type Pipe } from '../../../base/pipe.ts';
import {
  CONTROL,
  controlFrame,
  createFrameReader,
  dataFrame,
  FLAG_FIN,
  type SpdyFrame,
  words,
} from './frames.ts';
import { createHeaderCodec, type Headers } from './headers.ts';

/** One stream that the client has opened. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: Headers;
  /** What the client sends until it finishes its half; throws when the stream or the connection breaks. */
  input(): AsyncGenerator<Buffer>;
  /** Resolves when the bytes have left this process, or never will: the connection's end is told by `signal`. */
  write(bytes: Buffer): Promise<void>;
  /** Finishes our half. */
  end(): void;
  reset(): void;
}

export interface SpdyConnection {
  /** Aborts when the connection is over, however it ended. */
  readonly signal: AbortSignal;
  /** Says that nothing more comes (GOAWAY), and closes once that is sent. */
  close(): void;
}

/** Streams of one connection at once; each tunnelled TCP connection takes two. */
const MAX_STREAMS = 1_024;
/** Bytes of one stream that wait to be taken. SPDY's own windows are not used: the usual client (moby/spdystream) does not know them. */
const WAITING_BYTES = 256 * 1024;
const REFUSED_STREAM = 3;
const CANCEL = 5;
/** How long the other end may take to close the connection after us, before it is cut. */
const CLOSE_MS = 5_000;
/** A client that is gone is noticed by writing to it: nothing is read while one of its streams holds it back. */
const PING_MS = 15_000;

interface Held {
  readonly pipe: Pipe<Buffer>;
  inputOver: boolean;
  outputOver: boolean;
}

/** The server's end of SPDY/3.1 as clients of Kubernetes use it: only they open streams. */
export function serveSpdy(
  duplex: Duplex,
  clock: Clock,
  onStream: (stream: SpdyStream) => void,
): SpdyConnection {
  const over = new AbortController();
  const streams = new Map<number, Held>();
  const codec = createHeaderCodec();
  let lastId = 0;
  let cancelTimer = clock.after(PING_MS, ping);

  function ping(): void {
    // Ours are even (draft 3.1, 2.6.5).
    void write(controlFrame(CONTROL.ping, words(2)));
    cancelTimer = clock.after(PING_MS, ping);
  }

  function finish(error?: Error): void {
    if (over.signal.aborted) return;
    over.abort(error ?? new Error('the connection is closed'));
    for (const { pipe } of streams.values()) pipe.fail(error ?? new Error('the connection is closed'));
    streams.clear();
    cancelTimer();
    codec.close();
    duplex.destroy();
  }

  function write(frame: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (over.signal.aborted || duplex.writableEnded) resolve();
      else duplex.write(frame, () => resolve());
    });
  }

  const leave = (id: number, held: Held): void => {
    if (held.inputOver && held.outputOver) streams.delete(id);
  };

  function drop(id: number, why: string): void {
    streams.get(id)?.pipe.fail(new Error(why));
    streams.delete(id);
  }

  async function opened(payload: Buffer, flags: number): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    // Decoded in any case: the compression goes on from block to block.
    const headers = await codec.decode(payload.subarray(10));
    if (id <= lastId || id % 2 === 0) throw new Error(`${id} is not the number of a new stream`);
    lastId = id;
    if (streams.size >= MAX_STREAMS) {
      await write(controlFrame(CONTROL.rstStream, words(id, REFUSED_STREAM)));
      return;
    }
    const pipe = createPipe<Buffer>({ costOf: (bytes) => bytes.length + 1, limit: WAITING_BYTES });
    const held: Held = { pipe, inputOver: false, outputOver: false };
    streams.set(id, held);
    if (flags & FLAG_FIN) inputEnded(id, held);
    void write(controlFrame(CONTROL.synReply, Buffer.concat([words(id), await codec.encode({})])));
    onStream(streamOf(id, headers, held));
  }

  function inputEnded(id: number, held: Held): void {
    held.inputOver = true;
    held.pipe.end();
    leave(id, held);
  }

  function streamOf(id: number, headers: Headers, held: Held): SpdyStream {
    const isOpen = () => !held.outputOver && streams.get(id) === held;
    return {
      id,
      headers,
      input: () => held.pipe.values(),
      write: async (bytes) => {
        if (isOpen()) await write(dataFrame(id, bytes, false));
      },
      end() {
        if (!isOpen()) return;
        held.outputOver = true;
        void write(dataFrame(id, Buffer.alloc(0), true));
        leave(id, held);
      },
      reset() {
        if (streams.get(id) !== held) return;
        void write(controlFrame(CONTROL.rstStream, words(id, CANCEL)));
        drop(id, 'the stream was reset');
      },
    };
  }

  async function received(frame: SpdyFrame): Promise<void> {
    if (frame.type === 'data') {
      const held = streams.get(frame.stream);
      if (!held || held.inputOver) return;
      if (frame.bytes.length > 0) await held.pipe.push(frame.bytes);
      if (frame.isLast) inputEnded(frame.stream, held);
      return;
    }
    const { control, payload, flags } = frame;
    if (control === CONTROL.synStream) await opened(payload, flags);
    else if (control === CONTROL.headers) await codec.decode(payload.subarray(4));
    else if (control === CONTROL.rstStream) drop(payload.readUInt32BE(0), 'the client has reset the stream');
    else if (control === CONTROL.ping && payload.readUInt32BE(0) % 2 === 1)
      await write(controlFrame(CONTROL.ping, payload));
  }

  async function serve(): Promise<void> {
    const read = createFrameReader();
    for await (const chunk of duplex) {
      for (const frame of read(chunk)) {
        await received(frame);
        if (over.signal.aborted) return;
      }
    }
  }

  duplex.on('error', finish);
  duplex.on('close', () => finish());
  serve().then(
    () => finish(),
    (error: Error) => finish(error),
  );

  return {
    signal: over.signal,
    close() {
      void write(controlFrame(CONTROL.goAway, words(lastId, 0))).then(() => {
        if (over.signal.aborted) return;
        duplex.end();
        cancelTimer();
        cancelTimer = clock.after(CLOSE_MS, () => finish());
      });
    },
  };
}
