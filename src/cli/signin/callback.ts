import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deferred } from '../../base/deferred.ts';

/** Where a browser of this machine comes back to (RFC 8252 §7.3). */
export interface Callback {
  readonly port: number;
  /** The query of the answer that has this `state`; others, which some page may send, are turned away. */
  answerTo(state: string): Promise<string>;
  close(): void;
}

export async function listenForBrowser(): Promise<Callback> {
  let expected: { readonly state: string; readonly found: (query: string) => void } | undefined;
  const server = createServer((request, response) => {
    const url = URL.canParse(request.url ?? '', ORIGIN) ? new URL(request.url ?? '', ORIGIN) : undefined;
    if (request.method !== 'GET' || url?.pathname !== '/callback')
      return say(response, 404, 'There is nothing here.');
    if (expected === undefined || url.searchParams.get('state') !== expected.state)
      return say(response, 400, 'This is not the answer to the sign-in that waits here.');
    say(
      response,
      200,
      'Go back to the terminal: it says whether you are signed in. This window can be closed.',
    );
    expected.found(url.search);
    expected = undefined;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    answerTo(state) {
      const answer = deferred<string>();
      expected = { state, found: answer.resolve };
      return answer.promise;
    },
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}

const ORIGIN = 'http://127.0.0.1';

/** Its address has the code in it, which nobody else is to learn. */
function say(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      Connection: 'close',
    })
    .end(`${text}\n`);
}
