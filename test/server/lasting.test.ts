import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { lastAsLongAs } from '../../src/server/lasting.ts';
import { FakeClock } from '../fakes/clock.ts';

const MINUTE = 60_000;

describe('server: an answer that goes on', () => {
  let server: Server;
  let response: ServerResponse;
  let ended: Promise<string>;
  let clock: FakeClock;
  beforeEach(async () => {
    clock = new FakeClock();
    const begun = new Promise<ServerResponse>((resolve) => {
      server = createServer((_, answer) => resolve(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const asked = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    response = await begun;
    response.writeHead(200).flushHeaders();
    ended = (await asked).text().then(
      () => 'ended',
      () => 'cut',
    );
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('ends once its reader is nobody any more', async () => {
    const known = [true, true, false];
    lastAsLongAs(async () => known.shift() ?? false, response, clock);
    await clock.advance(2 * MINUTE);
    expect(response.destroyed).to.equal(false);
    await clock.advance(MINUTE);
    expect(await ended).to.equal('cut');
  });

  it('goes on while nobody can say who its reader is', async () => {
    lastAsLongAs(() => Promise.reject(new Error('the home does not answer')), response, clock);
    await clock.advance(5 * MINUTE);
    expect(response.destroyed).to.equal(false);
  });

  it('is looked at no more once its reader has gone', async () => {
    lastAsLongAs(async () => true, response, clock);
    response.end();
    expect(await ended).to.equal('ended');
    await new Promise((resolve) => (response.closed ? resolve(undefined) : response.once('close', resolve)));
    expect(clock.pending).to.equal(0);
  });
});
