import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openFace } from '../../../src/cli/daemon/face.ts';
import { followEvents } from '../../../src/cli/daemon/follow.ts';
import type { StreamLine } from '../../../src/model/progress.ts';
import { createProgressHub } from '../../../src/model/progresshub.ts';
import { streamEvents } from '../../../src/server/sinks/stream.ts';
import { HastyClock } from '../../fakes/clock.ts';
import { terminal } from '../harness.ts';

/** The event stream of a hub behind a real socket that can be cut. */
async function serve(hub: ReturnType<typeof createProgressHub>) {
  const open = new Set<ServerResponse>();
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    asked.push(url.search);
    open.add(response);
    streamEvents(hub, url.searchParams, response, () => true);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://git:token@127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    for (const response of open) response.destroy();
    open.clear();
  };
  return { url, asked, cut, close: () => void server.close() };
}

describe('following events', () => {
  const publish = (hub: ReturnType<typeof createProgressHub>, message: string) =>
    hub.publish({ at: 0, delivery: 'shop', stage: 'received', message });

  async function follow(url: string) {
    const daemon = await openFace(terminal().context.surroundings, { server: url });
    const done = new AbortController();
    const clock = new HastyClock();
    const lines = followEvents({ daemon, query: { delivery: 'shop' }, signal: done.signal, clock });
    const next = async () => {
      const { value } = (await lines.next()) as { value: StreamLine | undefined };
      if (value === undefined) return 'over';
      return 'gap' in value ? 'gap' : value.message;
    };
    return { next, stop: () => done.abort() };
  }

  it('misses nothing when the connection is lost', async () => {
    const hub = createProgressHub();
    const server = await serve(hub);
    const followed = await follow(server.url);
    const first = followed.next();
    while (server.asked.length === 0) await new Promise(setImmediate);
    publish(hub, 'one');
    expect(await first).to.equal('one');
    server.cut();
    for (const message of ['two', 'three']) publish(hub, message);
    expect([await followed.next(), await followed.next()]).to.deep.equal(['two', 'three']);
    expect(server.asked).to.deep.equal(['?delivery=shop', '?delivery=shop&after=1']);
    followed.stop();
    server.cut();
    server.close();
  });

  it('ends although its connection opens only after the reader has left', async () => {
    const server = await serve(createProgressHub());
    const followed = await follow(server.url);
    const first = followed.next();
    followed.stop();
    expect(await first).to.equal('over');
    expect(server.asked).to.deep.equal(['?delivery=shop']);
    server.close();
  });

  it('is told when it was away for too long, and goes on from there', async () => {
    const hub = createProgressHub({ events: 2 });
    const server = await serve(hub);
    const followed = await follow(server.url);
    const first = followed.next();
    while (server.asked.length === 0) await new Promise(setImmediate);
    publish(hub, 'one');
    await first;
    server.cut();
    for (const message of ['two', 'three', 'four']) publish(hub, message);
    expect([await followed.next(), await followed.next(), await followed.next()]).to.deep.equal([
      'gap',
      'three',
      'four',
    ]);
    followed.stop();
    server.cut();
    server.close();
  });
});
