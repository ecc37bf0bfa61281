import { expect } from 'chai';
import { createLogger } from '../../src/base/log.ts';
import { createLogSink } from '../../src/base/logsink.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('a log', () => {
  it('outlives a full disk, and then says how many lines are lost', () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    let isFull = false;
    const sink = createLogSink((line) => {
      if (isFull) throw new Error('ENOSPC: no space left on device, write');
      lines.push(line);
    }, clock);
    const logger = createLogger('info', sink);
    logger.info({}, 'before');
    isFull = true;
    logger.info({}, 'lost');
    logger.info({}, 'lost too');
    isFull = false;
    logger.info({}, 'after');
    logger.info({}, 'later');
    const told = lines.map((line) => JSON.parse(line) as { msg: string; lost?: number; error?: string });
    expect(told.map(({ msg }) => msg)).to.deep.equal([
      'before',
      'lines of this log are lost',
      'after',
      'later',
    ]);
    expect(told[1]).to.deep.include({ lost: 2, error: 'ENOSPC: no space left on device, write' });
  });

  it('says so also when nothing else is to be said', async () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    let isFull = true;
    const sink = createLogSink((line) => {
      if (isFull) throw new Error('EROFS: read-only file system, write');
      lines.push(line);
    }, clock);
    createLogger('info', sink).info({}, 'lost');
    await clock.advance(10_000);
    expect(lines).to.deep.equal([]);
    isFull = false;
    await clock.advance(2_000);
    expect(lines.map((line) => (JSON.parse(line) as { lost: number }).lost)).to.deep.equal([1]);
    expect(clock.pending).to.equal(0);
  });
});
