import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import {
  Admission,
  type ConnectionLimits,
  connectionLimits,
  createTally,
  limitConnections,
} from '../../src/base/connections.ts';
import { silentLogger } from '../../src/base/log.ts';
import { FakeClock } from '../fakes/clock.ts';
import { seeded } from '../kube/seeded.ts';

describe('admission of connections', () => {
  it('lets the oldest that has asked for nothing make way', () => {
    const admission = new Admission({ all: 3, perParty: 3 });
    for (const id of ['a', 'b', 'c']) admission.enter(id, 'x');
    admission.proven('a');
    expect(admission.enter('d', 'x')).to.deep.equal({ type: 'admitted', evicted: 'b' });
    expect(admission.enter('e', 'y')).to.deep.equal({ type: 'admitted', evicted: 'c' });
  });

  it('refuses when all have asked for something', () => {
    const admission = new Admission({ all: 2, perParty: 2 });
    for (const id of ['a', 'b']) {
      admission.enter(id, 'x');
      admission.proven(id);
    }
    expect(admission.enter('c', 'y')).to.deep.equal({ type: 'refused' });
    admission.leave('a');
    expect(admission.enter('c', 'y')).to.deep.equal({ type: 'admitted' });
  });

  it('lets no party take the places of the others', () => {
    const admission = new Admission({ all: 10, perParty: 2 });
    for (const id of ['a', 'b']) {
      admission.enter(id, 'greedy');
      admission.proven(id);
    }
    expect(admission.enter('c', 'greedy').type).to.equal('refused');
    expect(admission.enter('d', 'modest').type).to.equal('admitted');
  });

  it('never holds more than its limits, nor drops one that has asked, whatever the order (seeded)', () => {
    const random = seeded(14);
    const limits = { all: 12, perParty: 5 };
    const admission = new Admission(limits);
    const open = new Map<string, { party: string; proven: boolean }>();
    for (let i = 0; i < 5000; i++) {
      const ids = [...open.keys()];
      const some = ids[random(Math.max(1, ids.length))];
      const action = random(4);
      if (action < 2) {
        const party = `p${random(4)}`;
        const entry = admission.enter(String(i), party);
        if (entry.type === 'refused') continue;
        if (entry.evicted !== undefined) {
          expect(open.get(entry.evicted)?.proven).to.equal(false);
          open.delete(entry.evicted);
        }
        open.set(String(i), { party, proven: false });
      } else if (some !== undefined && action === 2) {
        admission.proven(some);
        const held = open.get(some);
        if (held) held.proven = true;
      } else if (some !== undefined) {
        admission.leave(some);
        open.delete(some);
      }
      expect(admission.size).to.equal(open.size).and.to.be.at.most(limits.all);
      for (const party of ['p0', 'p1', 'p2', 'p3'])
        expect([...open.values()].filter((held) => held.party === party).length).to.be.at.most(
          limits.perParty,
        );
    }
  });

  it('has room for two thousand watches from one address, and never for more than a process may open', () => {
    expect(connectionLimits(1, 4096).perParty).to.be.above(2000);
    expect(connectionLimits(1, 256).all).to.be.below(256);
    expect(connectionLimits(1, 1_000_000).all).to.equal(8192);
  });
});

describe('a tally', () => {
  it('tells the first at once, and the others together', async () => {
    const clock = new FakeClock();
    const told: number[] = [];
    const count = createTally(clock, (n) => told.push(n));
    for (let i = 0; i < 1000; i++) count();
    expect(told).to.deep.equal([1]);
    await clock.advance(10_000);
    expect(told).to.deep.equal([1, 999]);
    await clock.advance(60_000);
    count();
    expect(told).to.deep.equal([1, 999, 1]);
  });
});

describe('a server that limits its connections', () => {
  let server: Server;
  const sockets: Socket[] = [];
  const listen = async (limits: ConnectionLimits, clock: Clock = systemClock): Promise<number> => {
    // Answers to `/hold` never end, as a watch's.
    server = createServer((request, response) => {
      if (request.url === '/hold') response.write('held\n');
      else response.end('ok\n');
    });
    limitConnections(server, { limits, clock, logger: silentLogger });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const open = async (port: number, text: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };
  const status = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).on('error', reject);
    });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('answers although half-sent headers fill it', async () => {
    const port = await listen({ all: 5, perParty: 5 });
    const first = await open(port, 'GET / HTTP/1.1\r\nHost: x\r\n');
    const closed = once(first, 'close');
    for (let i = 0; i < 20; i++) await open(port, 'GET / HTTP/1.1\r\nX-Slow: ');
    expect(await status(port)).to.equal(200);
    await closed;
  });

  it('gives a customer with a network of IPv6 no more than one with an address', async () => {
    const port = await listen({ all: 9, perParty: 2 });
    const from = async (address: string, text: string) => {
      server.prependOnceListener('connection', (socket: Socket) =>
        Object.defineProperty(socket, 'remoteAddress', { value: address }),
      );
      const [answer] = (await once(await open(port, text), 'data')) as [Buffer];
      return answer.toString().slice(9, 12);
    };
    const hold = 'GET /hold HTTP/1.1\r\nHost: x\r\n\r\n';
    expect(await from('2001:db8::1', hold)).to.equal('200');
    expect(await from('2001:db8::2', hold)).to.equal('200');
    expect(await from('2001:db8::3', hold)).to.equal('503');
    expect(await from('2001:db8:0:1::1', hold)).to.equal('200');
  });

  it('answers a request that asks for a protocol which it does not speak, and holds no connection for it', async () => {
    const port = await listen({ all: 3, perParty: 3 });
    for (let i = 0; i < 6; i++) {
      const upgrade = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n';
      const socket = await open(port, `GET / HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.match(/^HTTP\/1\.1 200 /);
      const left = once(socket, 'close');
      socket.destroy();
      await left;
    }
  });

  describe('whose client has its answer and sends on', () => {
    const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n';
    /** Resolves once the first request is answered and a byte of its body is there. */
    async function answered(clock: Clock): Promise<Socket> {
      const port = await listen({ all: 3, perParty: 3 }, clock);
      const finished = new Promise((resolve) =>
        server.once('request', (_request, response) => response.once('finish', resolve)),
      );
      const socket = await open(port, `${POST}a`);
      await Promise.all([once(socket, 'data'), finished]);
      return socket;
    }

    it('ends the request when its body drips for some seconds more', async () => {
      const clock = new FakeClock();
      const socket = await answered(clock);
      const closed = once(socket, 'close');
      socket.write('b');
      await clock.advance(5_000);
      await closed;
    });

    it('keeps the connection when the body ends within that time', async () => {
      const clock = new FakeClock();
      const socket = await answered(clock);
      const ask = async (text: string) => {
        const [answer] = (await Promise.all([once(socket, 'data'), socket.write(text)]))[0] as [Buffer];
        expect(answer.toString()).to.match(/^HTTP\/1\.1 200 /);
      };
      const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
      await ask(`bcd${GET}`);
      await clock.advance(60_000);
      await ask(GET);
    });
  });

  it('says 503 when others hold all there is, and drops none of them', async () => {
    const port = await listen({ all: 3, perParty: 3 });
    const held: Socket[] = [];
    for (let i = 0; i < 3; i++) {
      const socket = await open(port, 'GET /hold HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
      held.push(socket);
    }
    expect(await status(port)).to.equal(503);
    expect(held.filter((socket) => socket.closed || socket.destroyed)).to.deep.equal([]);
    const gone = held.pop();
    const left = once(gone as Socket, 'close');
    gone?.destroy();
    await left;
    while ((await status(port)) === 503);
  });
});
