import type { Clock } from '../../../base/clock.ts';
import { deferred } from '../../../base/deferred.ts';
import { CHANNEL } from '../../link/frame.ts';
import type { Piece } from '../../link/stream.ts';
import type { SpdyConnection, SpdyStream } from '../spdy/connection.ts';
import { type CommandClient, type CommandStreams, STDIN_CLOSED } from './command.ts';
import { merged } from './merged.ts';

/** Protocols of exec and attach over SPDY (apimachinery `pkg/util/remotecommand/constants.go`), the best last. */
export const SPDY_COMMAND_PROTOCOLS = [
  { name: 'v2.channel.k8s.io', hasResize: false, hasStatus: false },
  { name: 'v3.channel.k8s.io', hasResize: true, hasStatus: false },
  { name: 'v4.channel.k8s.io', hasResize: true, hasStatus: true },
] as const;
export type SpdyCommandProtocol = (typeof SPDY_COMMAND_PROTOCOLS)[number];

/** kubelet `DefaultStreamCreationTimeout`. */
const STREAMS_MS = 30_000;

type StreamType = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';
const TYPES: readonly StreamType[] = ['error', 'stdin', 'stdout', 'stderr', 'resize'];

/** The streams of one command, gathered as the client opens them. */
export interface CommandSpdyStreams {
  add(stream: SpdyStream): void;
  /** Rejects when one is missing after half a minute. */
  readonly complete: Promise<ReadonlyMap<StreamType, SpdyStream>>;
}

export function gatherStreams(
  wanted: CommandStreams,
  { hasResize }: SpdyCommandProtocol,
  clock: Clock,
): CommandSpdyStreams {
  const streams = new Map<StreamType, SpdyStream>();
  const { promise, resolve, reject } = deferred<ReadonlyMap<StreamType, SpdyStream>>();
  const expected = TYPES.filter(
    (type) => type === 'error' || (type === 'resize' ? wanted.tty && hasResize : wanted[type]),
  );
  const cancel = clock.after(STREAMS_MS, () =>
    reject(new Error('timed out waiting for client to create streams')),
  );
  return {
    complete: promise,
    add(stream) {
      const type = TYPES.find((one) => one === stream.headers.streamtype);
      if (!type || !expected.includes(type) || streams.has(type)) return stream.reset();
      streams.set(type, stream);
      if (streams.size < expected.length) return;
      cancel();
      resolve(streams);
    },
  };
}

/** A client that has opened a SPDY stream for each of what it wants (kubelet `cri-streaming/remotecommand/httpstream.go`). */
export function spdyClient(
  connection: SpdyConnection,
  streams: ReadonlyMap<StreamType, SpdyStream>,
  { hasStatus }: SpdyCommandProtocol,
): CommandClient {
  const outputs = new Map([
    [CHANNEL.stdout, streams.get('stdout')],
    [CHANNEL.stderr, streams.get('stderr')],
  ] as const);
  return {
    signal: connection.signal,
    pieces: () =>
      merged([
        piecesOf(streams.get('stdin'), CHANNEL.stdin),
        piecesOf(streams.get('resize'), CHANNEL.resize),
      ]),
    send: async (channel, bytes) => outputs.get(channel as typeof CHANNEL.stdout)?.write(bytes),
    finish(status) {
      const text = hasStatus ? JSON.stringify(status) : (status.message ?? '');
      if (hasStatus || status.status !== 'Success') void streams.get('error')?.write(Buffer.from(text));
      for (const stream of streams.values()) stream.end();
      connection.close();
    },
  };
}

async function* piecesOf(stream: SpdyStream | undefined, channel: number): AsyncGenerator<Piece> {
  if (!stream) return;
  for await (const bytes of stream.input()) yield { channel, bytes };
  if (channel === CHANNEL.stdin) yield STDIN_CLOSED;
}
