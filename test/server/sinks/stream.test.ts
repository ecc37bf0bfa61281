import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import {
  EVENTS_AFTER,
  type NotificationSink,
  type ProgressEvent,
  type StreamLine,
} from '../../../src/model/progress.ts';
import { createProgressHub } from '../../../src/model/progresshub.ts';
import type { Actions } from '../../../src/server/actions.ts';
import { createFace } from '../../../src/server/server.ts';
import { heldBy } from '../../fakes/faceparts.ts';
import { until } from '../../fakes/until.ts';

const event = (delivery: string, environment?: string, message = 'm'): ProgressEvent => ({
  at: 0,
  delivery,
  stage: 'received',
  message,
  ...(environment ? { environment } : {}),
});

describe('the stream of events', () => {
  const hub = createProgressHub();
  let listeners = 0;
  const progress = {
    ...hub,
    subscribe(listener: NotificationSink) {
      const leave = hub.subscribe(listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        leave();
      };
    },
  };
  const face = createFace({
    actions: {} as Actions,
    progress,
    git: async () => false,
    ...heldBy('secret'),
    backup: () => [],
    clock: systemClock,
    logger: silentLogger,
  });
  let port = 0;
  before(async () => {
    port = await face.listen('127.0.0.1', 0);
  });
  after(() => face.close());

  const open = (query: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { Authorization: 'Bearer secret' };
      get({ host: '127.0.0.1', port, path: `/api/v1/events${query}`, headers, agent: false }, resolve).on(
        'error',
        reject,
      );
    });
  async function heard(query: string, ...events: ProgressEvent[]): Promise<string[]> {
    const response = await open(query);
    const lines: string[] = [];
    createInterface({ input: response }).on('line', (line) => {
      const { delivery, environment = '' } = JSON.parse(line) as ProgressEvent;
      lines.push(`${delivery}/${environment}`);
    });
    for (const one of [...events, event('shop', 'dev', 'end')]) hub.publish(one);
    await until(() => lines.at(-1) === 'shop/dev');
    response.destroy();
    await until(() => listeners === 0);
    return lines.slice(0, -1);
  }

  it('tells everything to who asks for nothing in particular, a line each', async () => {
    expect(await heard('', event('web', 'prod'), event('shop'))).to.deep.equal(['web/prod', 'shop/']);
  });

  it('is narrowed to a delivery, and to an environment with what concerns the whole delivery', async () => {
    const events = [event('web', 'dev'), event('shop', 'prod'), event('shop')];
    expect(await heard('?delivery=shop', ...events)).to.deep.equal(['shop/prod', 'shop/']);
    expect(await heard('?delivery=shop&environment=dev', ...events)).to.deep.equal(['shop/']);
  });

  it('keeps nothing of a reader that has left', async () => {
    const response = await open('');
    expect(listeners).to.equal(1);
    response.destroy();
    await until(() => listeners === 0);
  });

  it('buffers nothing for a reader that does not keep up, and tells it that it has missed something', async () => {
    const response = await open('');
    response.pause();
    const megabyte = event('shop', 'dev', 'x'.repeat(1 << 20));
    for (let i = 0; i < 200; i++) hub.publish(megabyte);
    hub.publish(event('shop', 'dev', 'end'));
    const [lines, bytes] = await read(response, (line) => 'message' in line && line.message === 'end');
    // What the sockets held, and what the hub keeps: not two hundred megabytes.
    expect(bytes).to.be.lessThan(50 << 20);
    expect(lines.filter((line) => 'gap' in line)).to.have.length(1);
    response.destroy();
  });

  /** Lines until one of them is the last that is waited for, and how many bytes they were. */
  async function read(
    response: IncomingMessage,
    isLast: (line: StreamLine) => boolean,
  ): Promise<[StreamLine[], number]> {
    const lines: StreamLine[] = [];
    let bytes = 0;
    for await (const text of createInterface({ input: response })) {
      bytes += text.length;
      const line = JSON.parse(text) as StreamLine;
      lines.push(line);
      if (isLast(line)) break;
    }
    response.destroy();
    return [lines, bytes];
  }
  const isEnd = (line: StreamLine): boolean => 'message' in line && line.message === 'end';
  const messages = (lines: readonly StreamLine[]) =>
    lines.map((line) => ('gap' in line ? 'gap' : line.message));

  it('says after which event it begins, and resumes after the one that a reader has read', async () => {
    const first = await open('');
    const start = Number(first.headers[EVENTS_AFTER]);
    first.destroy();
    for (const message of ['one', 'two', 'end']) hub.publish(event('shop', 'dev', message));
    const resumed = await open(`?after=${start}`);
    const [lines] = await read(resumed, isEnd);
    expect(messages(lines)).to.deep.equal(['one', 'two', 'end']);
    expect(lines.map((line) => ('id' in line ? line.id - start : 0))).to.deep.equal([1, 2, 3]);
    const again = await open(`?after=${start + 2}`);
    expect(messages((await read(again, isEnd))[0])).to.deep.equal(['end']);
  });

  it('misses nothing that is published while a reader resumes', async () => {
    const start = hub.lastId();
    hub.publish(event('shop', 'dev', 'before'));
    const resumed = await open(`?after=${start}`);
    hub.publish(event('shop', 'dev', 'end'));
    expect(messages((await read(resumed, isEnd))[0])).to.deep.equal(['before', 'end']);
  });

  it('tells a reader that its place is not kept any more, and goes on from what is', async () => {
    const resumed = await open('?after=0&delivery=shop');
    for (let i = 0; i < 3; i++) hub.publish(event('shop', 'dev', i === 2 ? 'end' : 'm'));
    const start = hub.lastId() + 1_000;
    const ahead = await open(`?after=${start}`);
    hub.publish(event('shop', 'dev', 'end'));
    const [[gap, ...rest]] = await read(ahead, isEnd);
    expect(gap && 'gap' in gap && gap.gap.after).to.equal(start);
    expect(messages(rest).at(-1)).to.equal('end');
    resumed.destroy();
  });

  it('refuses an id that is not one', async () => {
    const response = await open('?after=yesterday');
    expect(response.statusCode).to.equal(400);
    response.resume();
  });
});
