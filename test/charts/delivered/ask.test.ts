import { expect } from 'chai';
import { askFor } from '../../../src/charts/delivered/ask.ts';
import { refusal, startServer } from '../../fakes/chartservers.ts';

const SIGNAL = new AbortController().signal;

describe('what a delivery may ask for charts', () => {
  it('is a host that a person has allowed, wherever it is', async () => {
    const server = await startServer((_, response) => response.end('here'));
    try {
      const ask = askFor([new URL(server.url).host], SIGNAL);
      expect((await ask({ url: server.url, most: 100 })).body.toString()).equal('here');
      expect(await refusal(askFor([], SIGNAL)({ url: server.url, most: 100 }))).match(
        /^NotPublic: .*127\.0\.0\.1/,
      );
      const named = server.url.replace('127.0.0.1', 'localhost');
      expect(await refusal(askFor([], SIGNAL)({ url: named, most: 100 }))).match(/^NotPublic: .*localhost/);
    } finally {
      await server.stop();
    }
  });

  for (const host of [
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '[::1]',
    '[fd00::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '0.0.0.0',
  ])
    it(`is never ${host} because somebody else leads there`, async () => {
      expect(await refusal(askFor(['c.example.com'], SIGNAL)({ url: `http://${host}/`, most: 1 }))).contain(
        'NotPublic',
      );
    });
});
