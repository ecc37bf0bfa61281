import { onAbort } from '../../base/abort.ts';
import { StreamError, writeFailure } from './failure.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { type LinkRequest, readRequest } from './requests.ts';
import { createStream, type LinkStream, type StreamEnd } from './stream.ts';

/** What carries frames: a WebSocket. `sent` is called when the frame has left this process, or never will. */
export interface Transport {
  send(frame: Buffer, sent: () => void): void;
}

export interface MultiplexerOptions {
  readonly transport: Transport;
  /** The agent's end: what it does with a request. Absent: this is the API server's end, which asks. */
  readonly onRequest?: (request: LinkRequest, stream: LinkStream) => void;
  /** Called for a message that is not a frame, or a frame that means nothing here; it is ignored. */
  readonly onNonsense?: () => void;
}

/** One end of a link. */
export interface Multiplexer {
  /** Asks the other end; resolves when it accepts. Rejects with StreamError. Aborting cancels the stream, also later. */
  open(request: LinkRequest, signal?: AbortSignal): Promise<LinkStream>;
  receive(message: Buffer): void;
  /** The connection is gone: every stream fails so. */
  close(error: StreamError): void;
  /** Streams that are open. */
  readonly size: number;
}

/** Streams of one link at once: each may have an open file. */
export const MAX_STREAMS = 1_024;
/** Bytes on their way at once, of all streams together: beyond, data frames wait for their turn, and others go before them. */
const IN_FLIGHT_BYTES = 1024 * 1024;

export function createMultiplexer({ transport, onRequest, onNonsense }: MultiplexerOptions): Multiplexer {
  const ends = new Map<number, StreamEnd>();
  const waiting: (() => void)[] = [];
  let lastId = 0;
  let inFlight = 0;
  let closed: StreamError | undefined;

  function send(frame: Buffer): void {
    if (closed) return;
    inFlight += frame.length;
    transport.send(frame, () => {
      inFlight -= frame.length;
      if (inFlight < IN_FLIGHT_BYTES) for (const wake of waiting.splice(0)) wake();
    });
  }

  async function sendInTurn(frame: Buffer): Promise<void> {
    while (inFlight >= IN_FLIGHT_BYTES && !closed)
      await new Promise<void>((resolve) => void waiting.push(resolve));
    send(frame);
  }

  function create(id: number): StreamEnd {
    const end = createStream(id, { send, sendInTurn, onOver: () => void ends.delete(id) });
    ends.set(id, end);
    return end;
  }

  /** Numbers rise: a number that was used before belongs to a stream that is over. */
  function opened(id: number, payload: Buffer): void {
    if (!onRequest || id <= lastId) {
      onNonsense?.();
      return;
    }
    lastId = id;
    const request = readRequest(payload);
    if (!request) refuse(id, new StreamError('BadRequest', 'the request cannot be read'));
    else if (ends.size >= MAX_STREAMS) refuse(id, tooMany());
    else onRequest(request, create(id).stream);
  }

  const refuse = (id: number, error: StreamError): void =>
    send(encodeFrame('reset', id, writeFailure(error)));

  async function open(request: LinkRequest, signal?: AbortSignal): Promise<LinkStream> {
    if (closed) throw closed;
    if (ends.size >= MAX_STREAMS) throw tooMany();
    lastId += 1;
    const { stream, accepted } = create(lastId);
    send(encodeFrame('open', lastId, Buffer.from(JSON.stringify(request))));
    const forget = onAbort(signal, () =>
      stream.reset(new StreamError('Canceled', 'the stream was canceled')),
    );
    onAbort(stream.signal, forget);
    await accepted;
    return stream;
  }

  return {
    open,
    receive(message) {
      const frame = decodeFrame(message);
      if (frame?.type === 'open') opened(frame.stream, frame.payload);
      // A frame may cross the end of its stream; one of a stream that never was is nonsense.
      else if (!frame || frame.stream > lastId) onNonsense?.();
      else ends.get(frame.stream)?.receive(frame);
    },
    close(error) {
      closed = error;
      for (const { stream } of ends.values()) stream.reset(error);
      for (const wake of waiting.splice(0)) wake();
    },
    get size() {
      return ends.size;
    },
  };
}

const tooMany = (): StreamError =>
  new StreamError('TooManyRequests', `${MAX_STREAMS} streams of this node are open already`);
