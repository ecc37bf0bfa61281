import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';

export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const LONGEST = 2_048;

/** A line for each request that has been answered, or whose client has left. Queries are left out: they hold secrets too often. */
export function withAccessLog(handle: Handle, { clock, logger }: { clock: Clock; logger: Logger }): Handle {
  return async (request, response) => {
    const begun = clock.monotonic();
    const { method, url = '', headers, httpVersion } = request;
    const client = request.socket.remoteAddress;
    const host = headers[':authority'] ?? headers.host;
    response.once('close', () => {
      const { statusCode, writableFinished } = response;
      logger.info(
        {
          client,
          method,
          host,
          path: url.split('?')[0]?.slice(0, LONGEST),
          protocol: `HTTP/${httpVersion}`,
          status: writableFinished ? statusCode : 499,
          ms: Math.round(clock.monotonic() - begun),
          agent: headers['user-agent']?.slice(0, LONGEST),
        },
        'request',
      );
    });
    await handle(request, response);
  };
}
