import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Logger } from '../../../base/log.ts';
import { StreamError, streamErrorOf } from '../../link/failure.ts';
import { CHANNEL } from '../../link/frame.ts';
import type { LinkRequest, RequestKind, RequestOf, ResultOf } from '../../link/requests.ts';
import type { LinkStream } from '../../link/stream.ts';
import type { ExecOutcome, PodRuntime } from '../runtime/runtime.ts';
import type { ContainerRef } from '../runtime/spec.ts';
import { attemptFor, type ContainerRequest, declares, type PodLookup, podOnNode } from './containers.ts';
import { connectionOf, stdinOf, streamsOf } from './streams.ts';

export interface RequestSources {
  readonly runtime: PodRuntime;
  readonly podOf: PodLookup;
  /** The address of a pod to which other nodes may connect, by uid; undefined: there is none, or it is about to be stopped. */
  readonly addressOf: (uid: string) => string | undefined;
  readonly nodeStats: () => ResultOf<'nodeStats'>;
  /** Speaks HTTP on a connection (`nodeserver.ts`). */
  readonly serveHttp: (connection: Duplex) => void;
  readonly logger: Logger;
}

/** Accepts, sends and receives on the stream, and returns what it ends with; a StreamError becomes its failure. */
type Handler<K extends RequestKind> = (
  request: RequestOf<K>,
  stream: LinkStream,
  sources: RequestSources,
) => Promise<ResultOf<K>>;

/** What the node does with each kind of request of the API server. */
const HANDLERS: { readonly [K in RequestKind]: Handler<K> } = {
  async logs(request, stream, { runtime, podOf }) {
    const ref = await attemptFor(request, podOf, runtime);
    stream.accept();
    for await (const bytes of runtime.logs(ref, request, stream.signal))
      await stream.send(CHANNEL.stdout, bytes);
    return {};
  },

  async stats({ pod }, _stream, { runtime, podOf }) {
    podOnNode(pod, podOf);
    return runtime.stats(pod.uid);
  },

  async nodeStats(_request, _stream, sources) {
    return sources.nodeStats();
  },

  async nodeProxy(_request, stream, { serveHttp }) {
    stream.accept();
    const connection = connectionOf(stream);
    serveHttp(connection);
    await finished(connection, { readable: false });
    return {};
  },

  async exec(request, stream, { runtime, podOf }) {
    const ref = await runningFor(request, podOf, runtime);
    stream.accept();
    const { command, tty = false } = request;
    return exitOf(await runtime.exec(ref, { command, tty, ...streamsOf(stream, request) }));
  },

  async attach(request, stream, { runtime, podOf }) {
    const ref = await runningFor(request, podOf, runtime);
    stream.accept();
    return exitOf(await runtime.attach(ref, streamsOf(stream, request)));
  },

  async portForward({ pod, port }, stream, { runtime, podOf }) {
    podOnNode(pod, podOf);
    const connection = await runtime.portForward(pod.uid, port, stream.signal).catch((error: unknown) => {
      throw new StreamError('ServiceUnavailable', streamErrorOf(error).message);
    });
    stream.accept();
    void forward(stdinOf(stream), connection);
    try {
      for await (const bytes of connection.output) await stream.send(CHANNEL.stdout, bytes);
    } finally {
      connection.destroy();
    }
    return {};
  },

  async dial({ pod, host, port }, stream, { runtime, podOf, addressOf }) {
    if (addressOf(pod) !== host)
      throw new StreamError('NotFound', `no pod of this node that takes connections has ${host}`);
    // Whatever of the machine listens has the address of such a pod.
    const known = podOf(pod);
    if (known?.spec.hostNetwork && !declares(known, port))
      throw new StreamError(
        'NotFound',
        `pod "${known.metadata.name}" is in the network of its node, and declares no port ${port}`,
      );
    const connection = await runtime.portForward(pod, port, stream.signal).catch((error: unknown) => {
      throw new StreamError('ServiceUnavailable', streamErrorOf(error).message);
    });
    stream.accept();
    const sent = forward(stdinOf(stream), connection);
    try {
      for await (const bytes of connection.output) await stream.send(CHANNEL.stdout, bytes);
      await stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdout]));
      await sent;
    } finally {
      connection.destroy();
    }
    return {};
  },
};

/** Serves one request to its end. Never rejects. */
export async function serveRequest(
  request: LinkRequest,
  stream: LinkStream,
  sources: RequestSources,
): Promise<void> {
  try {
    stream.end(await handle(request.type, request, stream, sources));
  } catch (error) {
    sources.logger.debug({ type: request.type, error: String(error) }, 'a request of the API server failed');
    stream.reset(streamErrorOf(error));
  }
}

const handle = <K extends RequestKind>(
  type: K,
  request: RequestOf<RequestKind>,
  stream: LinkStream,
  sources: RequestSources,
): Promise<ResultOf<K>> => HANDLERS[type](request as RequestOf<K>, stream, sources);

async function runningFor(
  request: ContainerRequest,
  podOf: PodLookup,
  runtime: PodRuntime,
): Promise<ContainerRef> {
  const ref = await attemptFor(request, podOf, runtime);
  const attempt = (await runtime.attempts(ref.pod)).find(
    (one) => one.ref.container === ref.container && one.ref.attempt === ref.attempt,
  );
  if (attempt?.state.type === 'running') return ref;
  throw new StreamError(
    'BadRequest',
    `container "${ref.container}" of pod "${request.pod.name}" is not running`,
  );
}

function exitOf(outcome: ExecOutcome): ResultOf<'exec'> {
  switch (outcome.type) {
    case 'exited':
      return { exitCode: outcome.exitCode };
    case 'canceled':
      throw new StreamError('Canceled', 'the command was canceled');
    case 'timeout':
      throw new StreamError('InternalError', 'the command did not end in time');
    case 'error':
      throw new StreamError('BadRequest', outcome.message);
  }
}

/** Never rejects: a connection that breaks ends its output too. */
async function forward(
  input: AsyncIterable<Buffer>,
  connection: Awaited<ReturnType<PodRuntime['portForward']>>,
): Promise<void> {
  try {
    for await (const bytes of input) await connection.write(bytes);
    connection.end();
  } catch {
    connection.destroy();
  }
}
