import { expect } from 'chai';
import { createLifetime } from '../../src/base/lifetime.ts';
import { type Logger, silentLogger } from '../../src/base/log.ts';
import { FakeClock } from '../fakes/clock.ts';

function started(limitMs = 1_000) {
  const clock = new FakeClock();
  const warnings: object[] = [];
  const logger: Logger = { ...silentLogger, warn: (fields) => void warnings.push(fields) };
  return { clock, warnings, parts: createLifetime({ clock, logger, limitMs }) };
}

describe('the end of a process that has several parts', () => {
  it('ends them one after the other, the last that started first, each once', async () => {
    const { clock, parts } = started();
    const ended: string[] = [];
    parts.add('store', async () => void ended.push('store'));
    parts.add('api', () => void ended.push('api'));
    await parts.end();
    await parts.end();
    expect(ended).to.deep.equal(['api', 'store']);
    expect(clock.pending).to.equal(0);
  });

  it('goes on without a part that hangs, and names it', async () => {
    const { clock, parts, warnings } = started();
    const ended: string[] = [];
    parts.add('store', () => void ended.push('store'));
    parts.add('promotion', () => new Promise<void>(() => {}));
    const end = parts.end();
    await clock.advance(999);
    expect(ended).to.deep.equal([]);
    await clock.advance(1);
    await end;
    expect(ended).to.deep.equal(['store']);
    expect(warnings).to.deep.equal([{ part: 'promotion', limitMs: 1_000 }]);
  });

  it('goes on after a part that fails, and names it', async () => {
    const { parts, warnings } = started();
    const ended: string[] = [];
    parts.add('store', () => void ended.push('store'));
    parts.add('api', () => {
      throw new Error('socket lost');
    });
    await parts.end();
    expect(ended).to.deep.equal(['store']);
    expect(warnings).to.deep.equal([{ part: 'api', error: 'socket lost' }]);
  });

  it('waits for none once it has to hurry, and still tells each', async () => {
    const { parts, clock } = started();
    const [told, hurry] = [[] as string[], new AbortController()];
    for (const name of ['store', 'api', 'sync']) {
      parts.add(name, () => {
        told.push(name);
        return new Promise<void>(() => {});
      });
    }
    const end = parts.end(hurry.signal);
    await clock.advance(10);
    hurry.abort();
    await end;
    expect(told).to.deep.equal(['sync', 'api', 'store']);
    expect(clock.pending).to.equal(0);
  });
});
