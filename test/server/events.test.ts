import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { ProgressEvent } from '../../src/model/progress.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import type { Actions } from '../../src/server/actions.ts';
import { createFace } from '../../src/server/server.ts';
import { until } from '../fakes/until.ts';

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
    subscribe(listener: (event: ProgressEvent) => void) {
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
    token: 'secret',
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

  it('cuts off a reader that does not keep up, rather than buffer for it', async () => {
    const response = await open('');
    response.pause();
    const megabyte = event('shop', 'dev', 'x'.repeat(1 << 20));
    let published = 0;
    await until(() => {
      hub.publish(megabyte);
      published += 1;
      return listeners === 0;
    });
    expect(published).to.be.lessThan(200);
    response.destroy();
  });
});
