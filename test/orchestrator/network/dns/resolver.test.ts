import { createSocket, type Socket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { createResolver } from '../../../../src/orchestrator/network/dns/resolver.ts';
import { framed, readFramed } from '../../../../src/orchestrator/network/dns/tcp.ts';
import { createUpstream, type Upstream } from '../../../../src/orchestrator/network/dns/upstream.ts';
import {
  readQuery,
  TYPE,
  writeAnswer,
  writeQuestion,
} from '../../../../src/orchestrator/network/dns/wire.ts';
import type { NamedService, Zone } from '../../../../src/orchestrator/network/dns/zone.ts';

const AS_IT_IS = { shown: (address: string) => address, meant: (address: string) => address };
const pods = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    hostname: `db-${i}`,
    address: `10.4.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    ports: [{ name: 'sql', protocol: 'tcp', port: 5432 }],
    podUid: '',
  }));
const services: Record<string, NamedService> = {
  'web.shop': {
    clusterIP: '127.200.1.2',
    ports: [{ name: 'http', protocol: 'tcp', port: 80 }],
    endpoints: [],
  },
  'db.shop': { ports: [], endpoints: pods(3) },
  'many.shop': { ports: [], endpoints: pods(400) },
  'out.shop': { externalName: 'far.example', ports: [], endpoints: [] },
  'lost.shop': { externalName: 'gone.example', ports: [], endpoints: [] },
  'near.shop': { externalName: 'web.shop.svc.cluster.local', ports: [], endpoints: [] },
};
const zone: Zone = { services };

describe('the name server of the cluster, asked by a real client', () => {
  let closing: (() => void)[];
  let resolver: dns.Resolver;
  let upstreamPort: number;
  let asked: string[];

  /** Knows `far.example` by two names in a row. */
  async function upstreamServer(): Promise<number> {
    const socket = createSocket('udp4', (message, from) => {
      const query = readQuery(message);
      if (!query || !('question' in query)) return;
      asked.push(query.question.name);
      if (query.question.name === 'silent.example') return;
      const isKnown = query.question.name === 'far.example';
      const answers = [
        { name: 'far.example', ttl: 60, type: 'CNAME', target: 'farther.example' },
        { name: 'farther.example', ttl: 60, type: 'A', address: '192.0.2.9' },
      ] as const;
      const answer = { code: isKnown ? 0 : 3, answers: isKnown ? answers : [], authority: [] };
      socket.send(writeAnswer(query, answer, 'udp'), from.port, from.address);
    });
    return bound(socket);
  }

  async function bound(socket: Socket, port = 0): Promise<number> {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    closing.push(() => socket.close());
    return (socket.address() as AddressInfo).port;
  }

  beforeEach(async () => {
    closing = [];
    asked = [];
    upstreamPort = await upstreamServer();
    const within = (timeoutMs: number) =>
      createUpstream({ servers: () => ['127.0.0.1'], port: upstreamPort, timeoutMs });
    const [hasty, patient] = [within(30), within(2_000)];
    const upstream: Upstream = {
      ask: (message, transport) => (message.includes('silent') ? hasty : patient).ask(message, transport),
    };
    const resolve = createResolver({ zone: () => zone, upstream });
    const tcp = createServer((client) => {
      client.on('error', () => undefined);
      client.on(
        'data',
        readFramed(async (message) => {
          const answer = await resolve(message, 'tcp', AS_IT_IS);
          if (answer) client.write(framed(answer));
        }),
      );
    });
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    closing.push(() => tcp.close());
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket('udp4', async (message, from) => {
      const answer = await resolve(message, 'udp', AS_IT_IS);
      if (answer) udp.send(answer, from.port, from.address);
    });
    await bound(udp, port);
    resolver = new dns.Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
  });
  afterEach(() => {
    for (const close of closing) close();
  });

  const failure = (asking: Promise<unknown>) =>
    asking.then(
      () => 'answered',
      ({ code }: NodeJS.ErrnoException) => code,
    );

  it('answers with addresses, ports and names, whatever the case of the letters', async () => {
    expect(await resolver.resolve4('Web.shop.svc.cluster.LOCAL')).to.deep.equal(['127.200.1.2']);
    expect(await resolver.resolve4('db.shop.svc.cluster.local', { ttl: true })).to.deep.include({
      address: '10.4.0.2',
      ttl: 5,
    });
    expect(await resolver.resolveSrv('_http._tcp.web.shop.svc.cluster.local')).to.deep.equal([
      { name: 'web.shop.svc.cluster.local', port: 80, priority: 0, weight: 100 },
    ]);
    expect(await resolver.resolvePtr('2.1.200.127.in-addr.arpa')).to.deep.equal([
      'web.shop.svc.cluster.local',
    ]);
    expect(await resolver.resolveTxt('dns-version.cluster.local')).to.deep.equal([['1.1.0']]);
  });

  it('tells a name that is not there from one that has no such record', async () => {
    expect(await failure(resolver.resolve4('none.shop.svc.cluster.local'))).to.equal('ENOTFOUND');
    expect(await failure(resolver.resolve6('web.shop.svc.cluster.local'))).to.equal('ENODATA');
  });

  it('gives more addresses over TCP than a datagram holds', async () => {
    expect(await resolver.resolve4('many.shop.svc.cluster.local')).to.have.length(400);
  });

  it('asks the resolvers of the node for what is no name of the cluster', async () => {
    expect(await resolver.resolve4('far.example')).to.deep.equal(['192.0.2.9']);
    expect(await failure(resolver.resolve4('gone.example'))).to.equal('ENOTFOUND');
    expect(asked).to.deep.equal(['far.example', 'gone.example']);
  });

  it('fails where none of them answers', async () => {
    expect(await failure(resolver.resolve4('silent.example'))).to.equal('ESERVFAIL');
  });

  it('answers for an external name with the name that it stands for and the addresses of that', async () => {
    expect(await resolver.resolve4('out.shop.svc.cluster.local')).to.deep.equal(['192.0.2.9']);
    expect(await resolver.resolveCname('out.shop.svc.cluster.local')).to.deep.equal(['far.example']);
    expect(await resolver.resolve4('near.shop.svc.cluster.local')).to.deep.equal(['127.200.1.2']);
    expect(await failure(resolver.resolve4('lost.shop.svc.cluster.local'))).to.equal('ENOTFOUND');
  });
});

describe('a datagram', () => {
  const resolve = createResolver({
    zone: () => zone,
    upstream: { ask: () => Promise.reject(new Error('nobody is to be asked')) },
  });
  const question = writeQuestion(7, { name: 'many.shop.svc.cluster.local', type: TYPE.A });
  /** With room for so many bytes, as EDNS says it. */
  const roomFor = (bytes: number) => {
    const opt = Buffer.from([0, 0, TYPE.OPT, bytes >>> 8, bytes & 0xff, 0, 0, 0, 0, 0, 0]);
    const asking = Buffer.concat([question, opt]);
    asking.writeUInt16BE(1, 10);
    return asking;
  };

  it('is no answer of many times the question, whoever says that there is room', async () => {
    const said = await resolve(roomFor(60_000), 'udp', AS_IT_IS);
    expect(said?.length).to.be.lessThan(1_232);
    expect((said?.readUInt16BE(2) ?? 0) & 0x0200, 'the mark that there is more').to.equal(0x0200);
    expect((await resolve(roomFor(60_000), 'tcp', AS_IT_IS))?.length).to.be.greaterThan(6_000);
  });
});

describe('a message that is no good question', () => {
  const resolve = createResolver({
    zone: () => zone,
    upstream: { ask: () => Promise.reject(new Error('nobody is to be asked')) },
  });
  const codeOf = async (message: Buffer) =>
    ((await resolve(message, 'udp', AS_IT_IS))?.readUInt16BE(2) ?? -1) & 0xf;
  const question = writeQuestion(7, { name: 'web.shop.svc.cluster.local', type: TYPE.A });

  it('is refused with the code for what is wrong, or is not answered', async () => {
    const changed = (change: (copy: Buffer) => void) => {
      const copy = Buffer.from(question);
      change(copy);
      return copy;
    };
    expect(await codeOf(changed((copy) => copy.writeUInt16BE(0x2800, 2))), 'an update').to.equal(4);
    expect(await codeOf(changed((copy) => copy.writeUInt16BE(2, 4))), 'two questions').to.equal(1);
    expect(await codeOf(changed((copy) => copy.writeUInt8(0xc0, 12))), 'a pointer').to.equal(1);
    expect(await codeOf(changed((copy) => copy.writeUInt16BE(3, copy.length - 2))), 'another class').to.equal(
      4,
    );
    for (let end = 12; end < question.length; end++)
      expect(await codeOf(question.subarray(0, end)), `cut at ${end}`).to.equal(1);
    expect(await resolve(question.subarray(0, 11), 'udp', AS_IT_IS)).to.equal(undefined);
    expect(
      await resolve(
        changed((copy) => copy.writeUInt16BE(0x8000, 2)),
        'udp',
        AS_IT_IS,
      ),
    ).to.equal(undefined);
  });
});
