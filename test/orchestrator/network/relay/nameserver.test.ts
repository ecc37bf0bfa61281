import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { framed } from '../../../../src/orchestrator/network/dns/tcp.ts';
import { createNameServer } from '../../../../src/orchestrator/network/relay/nameserver.ts';
import { eventually, freshIp } from '../proxybench.ts';

const PORT = 5300;

describe('a client that asks the relay for names over TCP', () => {
  const serve = async (answer: Buffer) => {
    const host = freshIp();
    let asked = 0;
    const server = createNameServer({
      ask({ query }) {
        asked++;
        server.answer({ answer: query, message: answer.toString('base64') });
      },
      mayAsk: () => true,
      clock: systemClock,
    });
    await server.listen({ host, port: PORT });
    const dial = () => connect({ host, port: PORT }).on('error', () => {});
    return { server, dial, asked: () => asked };
  };

  it('and does not read what it is told is left: nobody keeps that for it', async () => {
    const { server, dial } = await serve(Buffer.alloc(60_000));
    const client = dial().pause();
    await once(client, 'connect');
    const questions = Buffer.concat(Array.from({ length: 20 }, () => framed(Buffer.alloc(12))));
    await eventually(() => {
      if (!client.destroyed) client.write(questions);
      return client.destroyed;
    }, 'it is left');
    await server.close();
  });

  it('is not heard where its question is longer than one can be, and leaves connections to others', async () => {
    const { server, dial, asked } = await serve(Buffer.alloc(12));
    const clients = Array.from({ length: 41 }, dial);
    await eventually(() => clients.some(({ destroyed }) => destroyed), 'one is too many');
    const [first] = clients;
    first?.write(framed(Buffer.alloc(5_000)));
    first?.write(framed(Buffer.alloc(20)));
    await eventually(() => asked() > 0, 'it is heard');
    expect(asked()).to.equal(1);
    for (const client of clients) client.destroy();
    await server.close();
  });
});
