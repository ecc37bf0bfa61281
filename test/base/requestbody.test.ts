import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { readRequestBody } from '../../src/base/requestbody.ts';

describe('the body of a request', () => {
  const LIMIT = 20;

  /** What a server reads of requests that one connection sends piece by piece, each piece once all before it has been taken in. */
  async function read(...pieces: readonly string[]): Promise<readonly (string | undefined)[]> {
    const bodies: (string | undefined)[] = [];
    const server = createServer(async (request, response) => {
      bodies.push((await readRequestBody(request, LIMIT))?.toString());
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
    const answers = pieces.join('').split('POST').length - 1;
    for (let seen = ''; seen.split('HTTP/1.1 200').length <= answers; )
      seen += String(await once(socket, 'data'));
    socket.destroy();
    server.close();
    return bodies;
  }
  const head = (length: number) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

  it('is read whole when it comes with its head, and the next request of the connection too', async () => {
    expect(await read(`${head(5)}hello`, `${head(3)}you`)).to.deep.equal(['hello', 'you']);
  });

  it('is read whole when it comes later, in parts, or with the next request behind it', async () => {
    expect(await read(head(5), 'he', 'llo')).to.deep.equal(['hello']);
    expect(await read(`${head(5)}he`, `llo${head(3)}you`)).to.deep.equal(['hello', 'you']);
  });

  it('is read whole when nobody says how long it is', async () => {
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
    expect(await read(chunked)).to.deep.equal(['hello']);
  });

  it('may be empty, and is nothing where it is longer than allowed', async () => {
    expect(await read(head(0))).to.deep.equal(['']);
    expect(await read(`${head(LIMIT + 1)}${'a'.repeat(LIMIT + 1)}`)).to.deep.equal([undefined]);
  });
});
