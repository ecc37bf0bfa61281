import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { probeGrpc } from '../../src/health/probes.grpc.ts';

describe('a gRPC probe', () => {
  let server: Http2Server;
  let answer: (stream: ServerHttp2Stream) => void;
  let asked: { path: unknown; body: string };

  /** A reply in gRPC: a message of the given bytes, and the code in the trailers. */
  const reply =
    (message: number[], code = '0') =>
    (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': code }));
      stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
    };
  const probe = (service = '', timeoutMs = 5_000) =>
    probeGrpc({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      service,
      timeoutMs,
      clock: systemClock,
    });

  beforeEach(async () => {
    server = createServer();
    server.on('stream', async (stream, headers) => {
      asked = { path: headers[':path'], body: (await buffer(stream)).toString('hex') };
      answer(stream);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => void server.close());

  it('is a success when the server says SERVING of the service that it asks for', async () => {
    answer = reply([0x08, 1]);
    expect(await probe('web')).to.deep.equal({ type: 'success', message: 'service healthy' });
    expect(asked).to.deep.equal({ path: '/grpc.health.v1.Health/Check', body: '00000000050a03776562' });
    await probe();
    expect(asked.body).to.equal('0000000000');
  });

  it('fails on any other answer, and says which', async () => {
    answer = reply([0x08, 2]);
    expect((await probe()).message).to.equal('service unhealthy (responded with "NOT_SERVING")');
    answer = reply([]);
    expect((await probe()).message).to.equal('service unhealthy (responded with "UNKNOWN")');
    answer = (stream) => stream.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true });
    expect((await probe()).message).to.contain('does not implement the grpc health protocol');
    answer = (stream) => stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true });
    expect((await probe()).message).to.contain('code 5');
  });

  it('fails when nobody answers in time, or nobody listens', async () => {
    answer = () => {};
    expect(await probe('', 50)).to.deep.include({ type: 'failure' });
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    const gone = await probeGrpc({
      host: '127.0.0.1',
      port,
      service: '',
      timeoutMs: 1_000,
      clock: systemClock,
    });
    expect(gone.message).to.contain('ECONNREFUSED');
  });
});
