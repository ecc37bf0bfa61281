import { once } from 'node:events';
import { connect } from 'node:http2';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { createFaces } from '../../../../src/orchestrator/network/ingress/faces.ts';
import { DEFAULT } from './ingressbench.ts';

describe('a client of the ingress that asks for more over HTTP/2 than is answered', () => {
  it('has so many requests at once and no more, however few its connections are', async () => {
    const here = { host: '127.0.0.1', port: 0 };
    const faces = createFaces({
      http: here,
      https: here,
      certificate: DEFAULT,
      handle: async ({ url }, response) => {
        if (url === '/fast') response.end();
      },
      upgrade: async () => {},
      limits: { all: 10, perParty: 3 },
      clock: systemClock,
      logger: silentLogger,
    });
    await faces.listen();
    const session = connect(`https://127.0.0.1:${faces.ports.https}`, { rejectUnauthorized: false });
    const ask = (path: string) => {
      const stream = session.request({ ':path': path });
      stream.on('error', () => {});
      return stream;
    };
    const status = async (path: string) => (await once(ask(path), 'response'))[0][':status'];
    const held = ask('/1');
    for (const path of ['/2', '/3']) ask(path);
    expect(await status('/4')).to.equal(503);
    held.close();
    await once(held, 'close');
    expect(await status('/fast')).to.equal(200);
    session.destroy();
    faces.close();
  });
});
