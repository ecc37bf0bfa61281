import { StreamError } from '../../../src/orchestrator/link/failure.ts';
import { createMultiplexer, type Multiplexer } from '../../../src/orchestrator/link/multiplexer.ts';
import type { LinkRequest } from '../../../src/orchestrator/link/requests.ts';
import type { LinkStream } from '../../../src/orchestrator/link/stream.ts';

export interface Pair {
  /** The API server's end. */
  readonly server: Multiplexer;
  /** The agent's end. */
  readonly agent: Multiplexer;
  /** Frames that each end has sent. */
  readonly sent: { readonly server: Buffer[]; readonly agent: Buffer[] };
  readonly nonsense: { server: number; agent: number };
  /** The connection breaks: neither end hears any more of the other. */
  cut(): void;
}

/** Both ends of a link without a network: frames arrive in order, a turn of the event loop later. */
export function linkPair(onRequest: (request: LinkRequest, stream: LinkStream) => void): Pair {
  const sent: Pair['sent'] = { server: [], agent: [] };
  const nonsense = { server: 0, agent: 0 };
  let isCut = false;
  const to =
    (frames: Buffer[], other: () => Multiplexer) =>
    (frame: Buffer, done: () => void): void => {
      frames.push(frame);
      setImmediate(() => {
        done();
        if (!isCut) other().receive(frame);
      });
    };
  const server: Multiplexer = createMultiplexer({
    transport: { send: to(sent.server, () => agent) },
    onNonsense: () => void nonsense.server++,
  });
  const agent: Multiplexer = createMultiplexer({
    transport: { send: to(sent.agent, () => server) },
    onRequest,
    onNonsense: () => void nonsense.agent++,
  });
  return {
    server,
    agent,
    sent,
    nonsense,
    cut() {
      isCut = true;
      for (const end of [server, agent]) end.close(new StreamError('ServiceUnavailable', 'the link is cut'));
    },
  };
}

export const LOGS = {
  type: 'logs',
  pod: { namespace: 'shop', name: 'web', uid: 'uid-web' },
  container: 'main',
  follow: false,
  previous: false,
  timestamps: false,
} satisfies LinkRequest;

type Serve = (request: LinkRequest, stream: LinkStream) => Promise<void>;

/** Both ends; what the agent does with a request, and streams that it has been given. */
export function linked(serve: Serve = async () => {}) {
  const streams: LinkStream[] = [];
  const pair = linkPair((request, stream) => {
    streams.push(stream);
    serve(request, stream).catch((error: StreamError) => stream.reset(error));
  });
  return { ...pair, streams };
}

export async function textOf(stream: LinkStream): Promise<string> {
  let text = '';
  for await (const { bytes } of stream.pieces()) text += bytes;
  return text;
}

export const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) =>
      error instanceof StreamError ? `${error.reason}: ${error.message}` : `not typed: ${String(error)}`,
  );
