import { once } from 'node:events';
import { connect } from 'node:http2';
import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { createFaces, type Faces } from '../../../../src/orchestrator/network/ingress/faces.ts';
import { DEFAULT } from './ingressbench.ts';

describe('a client of the ingress that asks for more over HTTP/2 than is answered', () => {
  const here = { host: '127.0.0.1', port: 0 };
  let faces: Faces;
  let closing: (() => void)[] = [];
  beforeEach(async () => {
    faces = createFaces({
      http: here,
      https: here,
      certificate: DEFAULT,
      handle: async ({ url }, response) => {
        response.writeHead(200);
        if (url === '/fast') response.end();
        else response.write('held');
      },
      upgrade: async () => {},
      limits: { all: 10, perParty: 3 },
      clock: systemClock,
      logger: silentLogger,
    });
    await faces.listen();
    closing = [() => faces.close()];
  });
  afterEach(() => {
    for (const close of closing.reverse()) close();
  });

  const open = () => {
    const session = connect(`https://127.0.0.1:${faces.ports.https}`, { rejectUnauthorized: false });
    session.on('error', () => {});
    closing.push(() => session.destroy());
    const ask = (path: string) => {
      const stream = session.request({ ':path': path });
      stream.on('error', () => {});
      return stream;
    };
    const status = async (path: string) => (await once(ask(path), 'response'))[0][':status'];
    return { ask, status };
  };

  it('has so many requests at once and no more, however few its connections are', async () => {
    const { ask, status } = open();
    const held = ask('/1');
    for (const path of ['/2', '/3']) ask(path);
    expect(await status('/4')).to.equal(503);
    held.close();
    await once(held, 'close');
    expect(await status('/fast')).to.equal(200);
  });

  it('has no more with a network of IPv6, however many addresses of it it uses', async () => {
    // A loopback network has one address of IPv6.
    const seen = new Map<number, string>();
    Object.defineProperty(TLSSocket.prototype, 'remoteAddress', {
      configurable: true,
      get(this: TLSSocket) {
        const port = this.remotePort ?? 0;
        seen.set(port, seen.get(port) ?? `2001:db8::${seen.size + 1}`);
        return seen.get(port);
      },
    });
    closing.push(() => void Reflect.deleteProperty(TLSSocket.prototype, 'remoteAddress'));
    const [one, other] = [open(), open()];
    expect(await one.status('/1')).to.equal(200);
    expect(await other.status('/2')).to.equal(200);
    expect(await one.status('/3')).to.equal(200);
    expect(await one.status('/4')).to.equal(503);
    expect(await other.status('/5')).to.equal(503);
    expect([...seen.values()]).to.include.members(['2001:db8::1', '2001:db8::2']);
  });
});
