import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { isLocal, nameOf } from '../origin.ts';

const YEAR_S = 365 * 86_400;

/**
 * Has browsers ask this name over TLS only (RFC 6797). It holds for every port of the name: for this machine's own, where others develop
 * over plain HTTP, it is not said. An address cannot be held to it (section 8.1.1).
 */
export function stayEncrypted({ headers }: IncomingMessage, response: ServerResponse): void {
  const name = nameOf(headers.host);
  if (name === undefined || isIP(name) !== 0 || isLocal(name)) return;
  response.setHeader('Strict-Transport-Security', `max-age=${YEAR_S}`);
}
