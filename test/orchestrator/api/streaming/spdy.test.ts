import { expect } from 'chai';
import { StreamError } from '../../../../src/orchestrator/link/failure.ts';
import { CHANNEL } from '../../../../src/orchestrator/link/frame.ts';
import type { LinkRequest } from '../../../../src/orchestrator/link/requests.ts';
import type { LinkStream } from '../../../../src/orchestrator/link/stream.ts';
import { until } from '../../node/helpers.ts';
import { spdyClientOn, upgradeToSpdy } from './spdyclient.ts';
import { tunnelTo } from './tunnelclient.ts';
import { podPath, type StreamWorld, startStreamWorld } from './world.ts';

async function echo(_request: LinkRequest, stream: LinkStream): Promise<void> {
  stream.accept();
  for await (const { channel, bytes } of stream.pieces()) {
    if (channel === CHANNEL.close) break;
    await stream.send(CHANNEL.stdout, bytes);
  }
  stream.end({ exitCode: 0 });
}

const EXEC = podPath('exec', 'command=cat&stdin=true&stdout=true');
const FORWARD = podPath('portforward', '');
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';

describe('SPDY', () => {
  let world: StreamWorld;
  before(async () => {
    world = await startStreamWorld();
  });
  after(() => world.close());
  const exec = async () =>
    spdyClientOn(await upgradeToSpdy(world, EXEC, ['v5.channel.k8s.io', 'v4.channel.k8s.io']));
  const forward = async () => spdyClientOn(await upgradeToSpdy(world, FORWARD, ['portforward.k8s.io']));

  it('carries exec: a stream for each of error, stdin and stdout', async () => {
    world.onRequest(echo);
    const client = await exec();
    const error = await client.open({ streamtype: 'error' });
    const stdin = await client.open({ streamtype: 'stdin' });
    const stdout = await client.open({ streamtype: 'stdout' });
    client.send(stdin, 'x'.repeat(300_000));
    client.send(stdin, 'end', true);
    await client.closed;
    expect(client.texts.get(stdout)).to.equal(`${'x'.repeat(300_000)}end`);
    expect(JSON.parse(client.texts.get(error) ?? '')).to.deep.equal({ metadata: {}, status: 'Success' });
    expect([...client.ended]).to.include.members([error, stdout]);
  });

  it('answers pings, ignores settings, and resets a stream that nobody asked for', async () => {
    world.onRequest(echo);
    const client = await exec();
    client.control(6, 1);
    client.control(4, 0);
    const strange = await client.open({ streamtype: 'strange' });
    await until('a reset and a pong', () => client.reset.has(strange) && client.controls.includes(6));
    client.duplex.destroy();
  });

  it('hangs up on what is not SPDY/3, on numbers that fall, and on headers without end', async () => {
    world.onRequest(echo);
    for (const nonsense of [
      (client: Awaited<ReturnType<typeof exec>>) =>
        client.duplex.write('GET / HTTP/1.1\r\n\r\n'.repeat(2).replace('G', '\xff')),
      async (client: Awaited<ReturnType<typeof exec>>) =>
        client.open({ streamtype: 'error', pad: 'a'.repeat(200_000) }),
      (client: Awaited<ReturnType<typeof exec>>) => client.control(1, 2, 0, 0),
    ]) {
      const client = await exec();
      await nonsense(client);
      await client.closed;
    }
  });

  it('says which protocols it accepts to a client that speaks none of them', async () => {
    const refused = await upgradeToSpdy(world, EXEC, ['v9']).catch((error: Error) => error.message);
    expect(refused).to.include('client supports [v9], server accepts [v2.channel.k8s.io');
  });

  it('forwards connections to ports, each a pair of streams, and lets each end close its half', async () => {
    world.onRequest(echo);
    const client = await forward();
    for (const [id, text] of [
      ['0', 'one'],
      ['1', 'two'],
    ] as const) {
      const error = await client.open({ streamtype: 'error', port: '80', requestid: id });
      const data = await client.open({ streamtype: 'data', port: '80', requestid: id });
      client.send(error, '', true);
      client.send(data, text, true);
      await until('the end of both', () => client.ended.has(data) && client.ended.has(error));
      expect(client.texts.get(data)).to.equal(text);
    }
    expect(world.requests.slice(-2)).to.deep.equal(
      Array(2).fill({ type: 'portForward', pod: (world.requests.at(-1) as { pod: object }).pod, port: 80 }),
    );
    client.duplex.destroy();
  });

  it('tells on the error stream why a port cannot be reached, and the connection goes on', async () => {
    world.onRequest((_request, stream) =>
      stream.reset(new StreamError('ServiceUnavailable', 'nobody listens')),
    );
    const client = await forward();
    const error = await client.open({ streamtype: 'error', port: '81', requestid: '7' });
    const data = await client.open({ streamtype: 'data', port: '81', requestid: '7' });
    await until('the refusal', () => client.ended.has(error) && client.reset.has(data));
    expect(client.texts.get(error)).to.include('error forwarding port 81').and.include('nobody listens');
    expect(await client.open({ streamtype: 'data', port: 'none', requestid: '8' })).to.equal(5);
    await until('the reset', () => client.reset.has(5));
    client.duplex.destroy();
  });

  it('goes through a WebSocket as kubectl tunnels it', async () => {
    world.onRequest(echo);
    const { socket, protocol } = await world
      .dial(FORWARD, ['other'])
      .catch(() => ({ socket: undefined, protocol: '' }));
    expect([socket, protocol]).to.deep.equal([undefined, '']);
    const kubectl = spdyClientOn(await tunnelTo(world, FORWARD, TUNNEL));
    const error = await kubectl.open({ streamtype: 'error', port: '80', requestid: '0' });
    const data = await kubectl.open({ streamtype: 'data', port: '80', requestid: '0' });
    kubectl.send(data, 'through', true);
    await until('the end of both', () => kubectl.ended.has(data) && kubectl.ended.has(error));
    expect(kubectl.texts.get(data)).to.equal('through');
    kubectl.duplex.destroy();
  });

  it('ends what was forwarded when the client is gone', async () => {
    const streams: LinkStream[] = [];
    world.onRequest((_request, stream) => {
      streams.push(stream);
      stream.accept();
    });
    const client = await forward();
    await client.open({ streamtype: 'error', port: '80', requestid: '0' });
    await client.open({ streamtype: 'data', port: '80', requestid: '0' });
    await until('the connection', () => streams.length === 1);
    client.duplex.destroy();
    await until('its end', () => streams[0]?.signal.aborted);
  });
});
