import { deferred } from '../../base/deferred.ts';
import { readFailure, StreamError, streamErrorOf, writeFailure } from './failure.ts';
import { encodeFrame, type Frame, MAX_DATA_BYTES } from './frame.ts';

/** Bytes that an end may send before the other one has consumed any; what is not consumed waits in the reader's memory. */
export const WINDOW_BYTES = 256 * 1024;
/** What a frame costs beside its bytes, so that empty ones are not free. */
const FRAME_COST = 32;

export interface Piece {
  readonly channel: number;
  readonly bytes: Buffer;
}

/** One end of a stream. */
export interface LinkStream {
  /** Aborts when the stream is over, however it ended. */
  readonly signal: AbortSignal;
  /** Resolves with the payload of the other end's `end`; rejects with StreamError when the stream was reset, from either side. */
  readonly result: Promise<Buffer>;
  /** Pieces in order, until the end; throws StreamError when the stream is reset. What is not taken holds the sender back. */
  pieces(): AsyncIterable<Piece>;
  /** Resolves when the bytes may be followed by more: a slow reader slows the source. Rejects with StreamError when the stream is over. */
  send(channel: number, bytes: Buffer): Promise<void>;
  accept(): void;
  end(result: unknown): void;
  /** Does nothing to a stream that is over. */
  reset(error: StreamError): void;
}

export interface StreamPort {
  /** Sends a frame of this stream at once. */
  send(frame: Buffer): void;
  /** Sends a frame that may wait for others: resolves when the connection takes more. */
  sendInTurn(frame: Buffer): Promise<void>;
  onOver(): void;
}

export interface StreamEnd {
  readonly stream: LinkStream;
  /** Resolves when the other end has accepted; rejects with StreamError when it refused. */
  readonly accepted: Promise<void>;
  receive(frame: Frame): void;
}

export function createStream(id: number, port: StreamPort): StreamEnd {
  const over = new AbortController();
  const result = deferred<Buffer>();
  const accepted = deferred();
  const queue: Piece[] = [];
  let failure: StreamError | undefined;
  let credit = WINDOW_BYTES;
  let unread = 0;
  let consumed = 0;
  let wakeReader = () => {};
  let wakeSender = () => {};
  let sending: Promise<void> = Promise.resolve();

  function close(error: StreamError | undefined, payload: Buffer): void {
    if (over.signal.aborted) return;
    failure = error;
    if (error) {
      queue.length = 0;
      result.reject(error);
      accepted.reject(error);
    } else {
      result.resolve(payload);
      accepted.resolve();
    }
    over.abort(error ?? ENDED);
    wakeReader();
    wakeSender();
    port.onOver();
  }

  function reset(error: StreamError): void {
    if (over.signal.aborted) return;
    port.send(encodeFrame('reset', id, writeFailure(error)));
    close(error, EMPTY);
  }

  function take({ payload }: Frame): void {
    const [channel] = payload;
    const bytes = payload.subarray(1);
    unread += costOf(bytes);
    if (channel === undefined) violate('a data frame names no channel');
    else if (unread > WINDOW_BYTES) violate('more data was sent than the window allows');
    else {
      accepted.resolve();
      queue.push({ channel, bytes });
      wakeReader();
    }
  }

  function grant({ payload }: Frame): void {
    const more = payload.length === 4 ? payload.readUInt32BE(0) : Number.POSITIVE_INFINITY;
    if (credit + more > WINDOW_BYTES) violate('a window frame grants more than was sent');
    else {
      credit += more;
      wakeSender();
    }
  }

  const violate = (how: string): void => reset(new StreamError('BadRequest', how));

  function consume(bytes: Buffer): void {
    unread -= costOf(bytes);
    consumed += costOf(bytes);
    if (consumed < WINDOW_BYTES / 2 || over.signal.aborted) return;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(consumed);
    consumed = 0;
    port.send(encodeFrame('window', id, count));
  }

  async function* pieces(): AsyncGenerator<Piece> {
    for (;;) {
      const piece = queue.shift();
      if (piece) {
        consume(piece.bytes);
        yield piece;
      } else if (over.signal.aborted) {
        if (failure) throw failure;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    }
  }

  async function sendAll(channel: number, bytes: Buffer): Promise<void> {
    for (let at = 0; at === 0 || at < bytes.length; ) {
      while (credit <= FRAME_COST && !over.signal.aborted) {
        await new Promise<void>((resolve) => {
          wakeSender = resolve;
        });
      }
      if (over.signal.aborted) throw streamErrorOf(over.signal.reason);
      const size = Math.min(bytes.length - at, MAX_DATA_BYTES, credit - FRAME_COST);
      const part = bytes.subarray(at, at + size);
      credit -= costOf(part);
      await port.sendInTurn(encodeFrame('data', id, Buffer.from([channel]), part));
      at += size;
      if (size === 0) return;
    }
  }

  const stream: LinkStream = {
    signal: over.signal,
    result: result.promise,
    pieces,
    send(channel, bytes) {
      // Two that send at once must not both spend the same credit, nor mix their parts.
      const sent = sending.then(() => sendAll(channel, bytes));
      sending = sent.catch(() => undefined);
      return sent;
    },
    accept() {
      if (!over.signal.aborted) port.send(encodeFrame('accept', id));
    },
    end(value) {
      if (over.signal.aborted) return;
      const payload = Buffer.from(JSON.stringify(value));
      port.send(encodeFrame('end', id, payload));
      close(undefined, payload);
    },
    reset,
  };
  return {
    stream,
    accepted: accepted.promise,
    receive(frame) {
      if (over.signal.aborted) return;
      if (frame.type === 'accept') accepted.resolve();
      else if (frame.type === 'data') take(frame);
      else if (frame.type === 'window') grant(frame);
      else if (frame.type === 'end') close(undefined, frame.payload);
      else if (frame.type === 'reset') close(readFailure(frame.payload), EMPTY);
    },
  };
}

const EMPTY = Buffer.alloc(0);
const ENDED = new StreamError('Canceled', 'the stream has ended');
const costOf = (bytes: Buffer): number => bytes.length + FRAME_COST;
