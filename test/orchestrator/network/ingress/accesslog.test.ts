import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { silentLogger } from '../../../../src/base/log.ts';
import { withAccessLog } from '../../../../src/orchestrator/network/ingress/accesslog.ts';
import { FakeClock } from '../../../fakes/clock.ts';

describe('the access log', () => {
  it('has a line for each request with its time, and no query', async () => {
    const [clock, lines]: [FakeClock, object[]] = [new FakeClock(), []];
    const logger = { ...silentLogger, info: (fields: object) => void lines.push(fields) };
    const handle = withAccessLog(async () => clock.advance(12), { clock, logger });
    const request = {
      method: 'GET',
      url: '/reset?token=secret',
      headers: { host: 'shop.test', 'user-agent': 'curl' },
      httpVersion: '1.1',
      socket: { remoteAddress: '192.0.2.1' },
    };
    for (const writableFinished of [true, false]) {
      const response = Object.assign(new EventEmitter(), { statusCode: 200, writableFinished });
      await handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
      response.emit('close');
    }
    const line = {
      client: '192.0.2.1',
      method: 'GET',
      host: 'shop.test',
      path: '/reset',
      protocol: 'HTTP/1.1',
      ms: 12,
      agent: 'curl',
    };
    expect(lines).to.deep.equal([
      { ...line, status: 200 },
      { ...line, status: 499 },
    ]);
  });
});
