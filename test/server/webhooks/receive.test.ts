import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createProgressHub } from '../../../src/model/progresshub.ts';
import type { Actions } from '../../../src/server/actions.ts';
import { createFace, type Face } from '../../../src/server/server.ts';
import { createWebhooks, MOST_BYTES } from '../../../src/server/webhooks/receive.ts';
import { createReceived, MOST_RECEIVED, type Received } from '../../../src/server/webhooks/received.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { heldBy } from '../../fakes/faceparts.ts';
import { until } from '../../fakes/until.ts';

const SECRET = 's3cret';

describe('webhooks: the face', () => {
  let clock: FakeClock;
  let face: Face;
  let origin: string;
  let looked: string[];
  let pullRequests: string[];
  let kept: Map<string, Received>;
  let look: (delivery: string) => Promise<unknown>;

  async function start(): Promise<void> {
    const files = {
      read: async (delivery: string) => kept.get(delivery),
      write: async (delivery: string, received: Received) => void kept.set(delivery, received),
    };
    face = createFace({
      actions: {} as Actions,
      progress: createProgressHub(),
      git: async () => false,
      ...heldBy('token'),
      backup: () => [],
      webhooks: createWebhooks({
        find: async (delivery) => (delivery === 'shop' ? { kind: 'github', secret: SECRET } : undefined),
        look: (delivery) => look(delivery),
        pullRequests: (delivery) => pullRequests.push(delivery),
        received: createReceived(files),
        clock,
        logger: silentLogger,
      }),
      clock,
      logger: silentLogger,
    });
    origin = `http://127.0.0.1:${await face.listen('127.0.0.1', 0)}`;
  }
  beforeEach(async () => {
    clock = new FakeClock();
    [looked, pullRequests, kept] = [[], [], new Map()];
    look = async (delivery) => looked.push(delivery);
    await start();
  });
  afterEach(() => face.close());

  const signed = (event: string, body: object, secret = SECRET) => {
    const text = JSON.stringify(body);
    return {
      text,
      headers: {
        'x-hub-signature-256': signatureOf(text, secret),
        'x-github-event': event,
        'content-type': 'application/json',
      },
    };
  };
  async function send(
    { text, headers }: { text: string; headers: Record<string, string> },
    path = '/hooks/shop',
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(origin + path, { method: 'POST', headers, body: text });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const push = (after: string) => signed('push', { ref: 'refs/heads/main', after });

  it('has the repository asked, and says which branches the body named', async () => {
    expect(await send(push('1'))).to.deep.equal({ status: 202, body: { refreshed: ['main'] } });
    expect(looked).to.deep.equal(['shop']);
  });

  it('answers before the repository does, and though it never does', async () => {
    look = () => new Promise(() => {});
    expect((await send(push('1'))).status).to.equal(202);
    look = () => Promise.reject(new Error('no network'));
    expect((await send(push('2'))).status).to.equal(202);
  });

  it('refuses a wrong signature with what would help, and asks nothing', async () => {
    const { status, body } = await send(signed('push', { ref: 'refs/heads/main' }, 'guessed'));
    expect(status).to.equal(401);
    expect(JSON.stringify(body)).to.contain('pilotage webhook DELIVERY --rotate');
    expect(looked).to.deep.equal([]);
  });

  it('tells nobody which deliveries there are', async () => {
    const wrong = signed('push', {}, 'guessed');
    expect(await send(wrong, '/hooks/shop')).to.deep.equal(await send(wrong, '/hooks/nothing'));
    expect((await send(wrong, '/hooks/a/b')).status).to.equal(404);
    expect((await send(wrong, '/hooks/Not_A_Name')).status).to.equal(404);
  });

  it('refuses what came before, after a restart too, and under another delivery id', async () => {
    const first = push('1');
    expect((await send(first)).status).to.equal(202);
    await face.close();
    await start();
    const again = { ...first, headers: { ...first.headers, 'x-github-delivery': 'another' } };
    const { status, body } = await send(again);
    expect(status).to.equal(409);
    expect(JSON.stringify(body)).to.contain('2026-01-01T00:00:00Z');
    expect(looked).to.deep.equal(['shop']);
  });

  it('remembers the last thousand, and no more', async () => {
    const received = createReceived({
      read: async (delivery) => kept.get(delivery),
      write: async (delivery, list) => void kept.set(delivery, list),
    });
    for (let at = 0; at <= MOST_RECEIVED; at += 1)
      expect(await received('shop', `${at}`, at)).to.equal(undefined);
    expect(kept.get('shop')).to.have.length(MOST_RECEIVED);
    expect(await received('shop', '1', 9)).to.equal(1);
    expect(await received('shop', '0', 9)).to.equal(undefined);
  });

  it('says that pull requests have changed', async () => {
    expect((await send(signed('pull_request', { action: 'opened' }))).body).to.deep.include({
      event: 'pull requests',
    });
    expect(pullRequests).to.deep.equal(['shop']);
  });

  it('asks nothing for a ping', async () => {
    expect((await send(signed('ping', { zen: 'x' }))).status).to.equal(202);
    expect(looked).to.deep.equal([]);
  });

  it('takes a body that it does not understand as a hint, since whoever sent it knows the secret', async () => {
    const text = '[[[';
    const headers = { 'x-hub-signature-256': signatureOf(text, SECRET), 'x-github-event': 'push' };
    expect((await send({ text, headers })).status).to.equal(202);
    expect(looked).to.deep.equal(['shop']);
  });

  it('lets a stranger guess sixty times a minute, and whoever knows the secret be heard from elsewhere', async () => {
    const wrong = signed('push', {}, 'guessed');
    for (let at = 0; at < 60; at += 1) expect((await send(wrong)).status).to.equal(401);
    expect((await send(wrong)).status).to.equal(429);
    await clock.advance(1_000);
    expect((await send(push('1'))).status).to.equal(202);
  });

  it('hears a delivery sixty times a minute, and says of more that nothing is lost', async () => {
    for (let at = 0; at < 60; at += 1) expect((await send(push(`${at}`))).status).to.equal(202);
    const { status, body } = await send(push('one more'));
    expect(status).to.equal(429);
    expect(JSON.stringify(body)).to.contain('the next poll finds');
  });

  it('reads no body that is too large', async () => {
    const text = 'x'.repeat(MOST_BYTES + 1);
    expect(
      (await send({ text, headers: { 'x-hub-signature-256': signatureOf(text, SECRET) } })).status,
    ).to.equal(413);
  });

  it('ends a request whose body does not come within ten seconds', async () => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    let isClosed = false;
    socket.on('close', () => {
      isClosed = true;
    });
    socket.on('error', () => {});
    socket.write('POST /hooks/shop HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
    await until(() => clock.pending > 0);
    await clock.advance(10_000);
    await until(() => isClosed);
  });

  it('is answered by any name, and by POST alone', async () => {
    expect((await fetch(`${origin}/hooks/shop`)).status).to.equal(400);
  });
});

const signatureOf = (text: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
