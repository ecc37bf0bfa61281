import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { CHECK_MS, connectionLimits, HEADERS_MS, limitConnections } from '../base/connections.ts';
import { errnoOf, ProblemError, problemOf } from '../base/errors.ts';
import { followRequest, noTrail } from './audit.ts';
import { sendJson } from './json.ts';
import type { FaceOptions } from './parts.ts';
import { refusal } from './refusal.ts';
import { serve } from './serve.ts';
import { keepCertificate } from './tls/keeper.ts';
import { stayEncrypted } from './tls/stay.ts';

export interface Face {
  /** Resolves with the port; rejects with ProblemError `PortInUse`, `BadCertificate`. */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

const PUSH_MS = 60 * 60_000;

export function createFace(options: FaceOptions): Face {
  const { logger, clock, certificates } = options;
  const timeouts = {
    headersTimeout: HEADERS_MS,
    // A push of a large repository over a slow line. A body that stalls is ended where it is read.
    requestTimeout: PUSH_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  const handle = handlerOf(options);
  const secure = certificates && createSecureServer({ ...timeouts, handshakeTimeout: HEADERS_MS }, handle);
  // Whoever speaks plain HTTP here, or stops in the middle, concerns nobody else.
  secure?.on('tlsClientError', (error) => logger.debug({ error: error.message }, 'TLS handshake failed'));
  const server = secure ?? createServer(timeouts, handle);
  limitConnections(server, { limits: connectionLimits(), clock, logger });
  let stop = (): void => {};
  return {
    async listen(host, port) {
      if (secure && certificates) {
        stop();
        stop = await keepCertificate(secure, { read: certificates.read, clock, logger });
      }
      return listen(server, host, port);
    },
    close: () =>
      new Promise((resolve) => {
        stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function handlerOf(options: FaceOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { audit, clock, logger } = options;
  return (request, response) => {
    const url = urlOf(request);
    const path = url?.pathname ?? request.url ?? '/';
    const exchange = { request, response, path };
    const trail = audit ? followRequest({ ...audit, sink: audit.log, clock }, exchange) : noTrail;
    if (options.certificates) stayEncrypted(request, response);
    serve({ ...options, trail, url }, request, response).catch((error: unknown) => {
      const problem = problemOf(error);
      trail.refused(problem);
      if (problem.reason === 'InternalError')
        logger.error({ err: problem.message, url: request.url }, 'request failed');
      const { status, body } = refusal(problem);
      if (response.headersSent) return void response.destroy();
      // The rest of a body that is too large is not read.
      if (status === 413) response.setHeader('Connection', 'close');
      sendJson(response, status, body);
    });
  };
}

/** undefined: the request target is whatever a client sent, `//` is one, and no URL. */
const urlOf = ({ url = '/' }: IncomingMessage): URL | undefined =>
  URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost') : undefined;

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        errnoOf(error) === 'EADDRINUSE'
          ? new ProblemError({
              reason: 'PortInUse',
              message: `Port ${port} on ${host} is in use by another program.`,
              remedy:
                'Stop that program, or choose another port: pilotage up --http HOST:PORT (0 lets the system choose).',
            })
          : error,
      ),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
