import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { partyOf } from '../../../base/clientparty.ts';
import type { Clock } from '../../../base/clock.ts';
import {
  Admission,
  CHECK_MS,
  type ConnectionLimits,
  connectionLimits,
  HEADERS_MS,
  limitConnections,
} from '../../../base/connections.ts';
import { problemOf } from '../../../base/errors.ts';
import { type Listening, ORDINARY } from '../../../base/listen.ts';
import type { Logger } from '../../../base/log.ts';
import type { Address } from '../address.ts';
import { certificateFor, type HostCertificate } from './certificates.ts';
import type { FacePorts } from './decide.ts';
import { isWebSocket, withoutUpgrade } from './upgrade.ts';

/** PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface FacesOptions {
  readonly http: Address;
  readonly https: Address;
  /** Presented to who asks for a name without a certificate of its own. */
  readonly certificate: KeyPair;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>;
  /** Of connections to each face, and of requests over HTTP/2. */
  readonly limits?: ConnectionLimits;
  /** Absent: it listens with sockets that end with this process. */
  readonly listening?: Listening;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The listeners of the ingress: HTTP/1.1, and over TLS HTTP/2 besides. */
export interface Faces {
  /** Listens wherever it does not yet. Resolves with what is in its way, by address. */
  listen(): Promise<readonly string[]>;
  /** Where it listens now. */
  readonly ports: FacePorts;
  /** From now on these are presented; connections that are open go on. */
  present(certificates: readonly HostCertificate[]): void;
  /** Closes listeners and connections. */
  close(): void;
}

const IDLE_MS = 75_000;
const STREAMS = 128;

export function createFaces(options: FacesOptions): Faces {
  const { clock, certificate, limits = connectionLimits(2), listening = ORDINARY } = options;
  const logger = options.logger.child({ part: 'ingress' });
  const sockets = new Set<Socket>();
  let contexts: ReadonlyMap<string, SecureContext> = new Map();
  let known: ReadonlyMap<string, SecureContext> = new Map();
  let ports: FacePorts = { http: undefined, https: undefined };
  const failed = (error: unknown) => logger.error({ error: problemOf(error).message }, 'a request failed');

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    options.handle(request, response).catch((error: unknown) => {
      failed(error);
      response.destroy();
    });
  };

  /** Of HTTP/2 each request takes a connection to a pod, and one of its connections has many. */
  const streams = new Admission(limits);
  let numbers = 0;
  function handleStream(request: IncomingMessage, response: ServerResponse): void {
    const id = String(numbers++);
    if (streams.enter(id, partyOf(request.socket.remoteAddress)).type === 'refused')
      return void response.writeHead(503, { 'retry-after': '5' }).end();
    streams.proven(id);
    response.once('close', () => streams.leave(id));
    handle(request, response);
  }

  // Serves both ports: connections of the other one come decrypted.
  const http1 = createServer(
    {
      insecureHTTPParser: false,
      headersTimeout: HEADERS_MS,
      // A body may take as long as it moves (`body.ts`).
      requestTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
    handle,
  );
  limitConnections(http1, { limits, clock, logger, upgrades: true });
  http1.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!isWebSocket(request)) {
      withoutUpgrade(request, socket, head);
      return void http1.emit('connection', socket);
    }
    options.upgrade(request, socket, head).catch((error: unknown) => {
      failed(error);
      socket.destroy();
    });
  });

  const http2 = createHttp2(handleStream);
  const tls = createTlsServer({
    ...certificate,
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: HEADERS_MS,
    SNICallback: (name, done) => done(null, certificateFor(contexts, name)),
  });
  limitConnections(tls, { limits, clock, logger, handshakes: true });
  tls.on('tlsClientError', (error) => logger.debug({ error: error.message }, 'TLS handshake failed'));
  tls.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy());
    (socket.alpnProtocol === 'h2' ? http2 : http1).emit('connection', socket);
  });

  const faces = [
    { server: http1 as Server, address: options.http },
    { server: tls as Server, address: options.https },
  ];
  for (const { server } of faces)
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });

  return {
    async listen() {
      const problems = await Promise.all(
        faces.map(async ({ server, address }) => {
          const code = server.listening ? undefined : await listening.listen(server, address);
          return code === undefined ? [] : [`${address.host}:${address.port} cannot be bound (${code})`];
        }),
      );
      // Asked for with each request: the system is not.
      ports = { http: boundPort(http1), https: boundPort(tls) };
      return problems.flat();
    },
    get ports() {
      return ports;
    },
    present(certificates) {
      const next = new Map<string, SecureContext>();
      contexts = new Map(
        certificates.map(({ host, cert, key }) => {
          const id = `${cert}\n${key}`;
          const context =
            next.get(id) ?? known.get(id) ?? createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
          next.set(id, context);
          return [host, context];
        }),
      );
      known = next;
    },
    close() {
      for (const { server } of faces) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function createHttp2(handle: (request: IncomingMessage, response: ServerResponse) => void): Http2Server {
  const server = createHttp2Server({ settings: { maxConcurrentStreams: STREAMS } }, (request, response) =>
    // Node's compatibility layer: what is used of either is the same.
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
  server.on('session', (session: ServerHttp2Session) => {
    session.on('error', () => session.destroy());
    session.setTimeout(IDLE_MS, () => session.close());
  });
  server.on('sessionError', () => {});
  return server;
}

const boundPort = (server: Server): number | undefined =>
  server.listening ? (server.address() as AddressInfo).port : undefined;
