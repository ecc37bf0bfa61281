import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../../../src/base/log.ts';
import type { Attempts } from '../../../../../src/orchestrator/node/runtime/process/attempts.ts';
import { openLogIndex } from '../../../../../src/orchestrator/node/runtime/process/logindex.ts';
import {
  beginOf,
  limitsFor,
  rotate,
} from '../../../../../src/orchestrator/node/runtime/process/logrotation.ts';
import { createLogs } from '../../../../../src/orchestrator/node/runtime/process/logs.ts';
import { offsetOfTail, readTail } from '../../../../../src/orchestrator/node/runtime/process/logtail.ts';
import { FakeClock } from '../../../../fakes/clock.ts';
import { scratch, until } from '../../helpers.ts';

describe('the end of a log', () => {
  const { path: dir, dispose } = scratch();
  after(dispose);
  const tailOf = (text: string, limits = { bytes: 20, lines: 3 }): string => {
    writeFileSync(join(dir, 'log'), text);
    return readTail(join(dir, 'log'), limits);
  };

  it('is whole lines within the limits of bytes and lines, without the empty ones after them', () => {
    expect(tailOf('')).to.equal('');
    expect(tailOf('a\nb\n\n\n')).to.equal('a\nb');
    expect(tailOf('a\nb\nc\nd\n')).to.equal('b\nc\nd');
    expect(tailOf('the first line is long\nsecond\nthird\n')).to.equal('second\nthird');
    const long = 'one line that is longer than that';
    expect(tailOf(long)).to.equal(long.slice(-20));
  });
});

describe('times of a log', () => {
  const place = scratch();
  after(() => place.dispose());
  const fresh = (name: string): string => {
    mkdirSync(join(place.path, name));
    return join(place.path, name, 'log');
  };

  it('are those of the first look after the bytes came, and outlive the agent', () => {
    const log = fresh('a');
    const index = openLogIndex(log);
    const start = Date.now() + 60_000;
    writeFileSync(log, 'one\n');
    index.look(start);
    const first = index.timeOf(0, 0);
    writeFileSync(log, 'two\n', { flag: 'a' });
    index.look(start + 1_000);
    const again = openLogIndex(log);
    expect(again.timeOf(0, 0)).to.equal(first);
    expect(again.timeOf(4, 0)).to.be.at.least(first);
    expect(again.timeOf(8, 42)).to.equal(42);
    expect(again.offsetSince(0)).to.equal(0);
    expect(again.offsetSince(start + 2_000)).to.equal(8);
  });

  it('go on when the beginning of a log is given back, and places in it stay what they were', async () => {
    const log = fresh('rotated');
    const index = openLogIndex(log);
    const start = Date.now() + 60_000;
    const line = (i: number): string => `line ${String(i).padStart(94, '0')}\n`;
    for (let i = 0; i < 20; i++) {
      const lines = Array.from({ length: 1_000 }, (_, j) => line(i * 1_000 + j));
      writeFileSync(log, lines.join(''), { flag: 'a' });
      index.look(start + i * 1_000);
    }
    const limits = { maxBytes: 1_000_000, keptBytes: 500_050 };
    expect(await rotate(log, silentLogger, limits)).to.equal(true);
    const begin = beginOf(log);
    index.forget(begin);
    expect(begin).to.equal(1_500_000);
    expect(statSync(log).size).to.equal(2_000_000);
    expect(statSync(log).blocks * 512).to.be.lessThan(700_000);
    expect(readFileSync(log).subarray(begin).toString('utf8').startsWith(line(15_000))).to.equal(true);
    expect(offsetOfTail(log, 1_000_000, begin)).to.equal(begin);
    const kept = index.timeOf(begin, 0);
    expect(openLogIndex(log).timeOf(begin, 0)).to.equal(kept).and.to.be.greaterThan(0);
    writeFileSync(log, 'more\n', { flag: 'a' });
    index.look(start + 60_000);
    expect(offsetOfTail(log, 1, begin)).to.equal(2_000_000);
    expect(await rotate(log, silentLogger, limits)).to.equal(false);
  });

  it('of one pod have one bound together, however many containers it has', () => {
    for (const containers of [1, 2, 3, 10, 100]) {
      const { maxBytes, keptBytes } = limitsFor(containers);
      expect(2 * containers * maxBytes).to.be.at.most(100 * 2 ** 20);
      expect(keptBytes).to.be.within(0.5 * maxBytes, 0.9 * maxBytes);
    }
    expect(limitsFor(1).maxBytes, 'what the kubelet keeps of a container').to.equal(50 * 2 ** 20);
  });

  it('of a container that ended while no agent looked are cut back by the next one', async () => {
    const log = fresh('ended');
    writeFileSync(log, '');
    truncateSync(log, 60 * 2 ** 20);
    const ref = { pod: 'uid', container: 'main', attempt: 0 };
    const attempts = {
      list: () => [{ ref }],
      isRunning: () => false,
      logFile: () => log,
    } as unknown as Attempts;
    const clock = new FakeClock();
    const pods = () => [{ uid: 'uid', containers: 1, running: [] }];
    const logs = createLogs({ attempts, clock, logger: silentLogger, pods });
    await clock.advance(250);
    await until('its beginning is given back', () => beginOf(log) === 20 * 2 ** 20);
    logs.stop();
  });

  it('of a pod that is being removed are left alone, whatever is gone of it already', async () => {
    const log = fresh('leaving');
    writeFileSync(log, 'one\n');
    const ref = { pod: 'uid', container: 'main', attempt: 0 };
    const attempts = {
      list: () => [{ ref }],
      isRunning: () => true,
      logFile: () => log,
    } as unknown as Attempts;
    const clock = new FakeClock();
    let pods = [{ uid: 'uid', containers: 1, running: [ref] }];
    const logs = createLogs({ attempts, clock, logger: silentLogger, pods: () => pods });
    await clock.advance(250);
    const seen = readFileSync(`${log}.times`, 'utf8');
    logs.forgetPod('uid');
    writeFileSync(log, 'two\n', { flag: 'a' });
    await clock.advance(250);
    expect(readFileSync(`${log}.times`, 'utf8')).to.equal(seen);
    pods = [];
    await clock.advance(250);
    pods = [{ uid: 'uid', containers: 1, running: [ref] }];
    await clock.advance(250);
    expect(readFileSync(`${log}.times`, 'utf8')).to.not.equal(seen);
    logs.stop();
  });

  it('finds where the last lines begin, whether or not the last one is ended', () => {
    const log = fresh('b');
    const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n}`);
    for (const end of ['', '\n']) {
      const text = lines.join('\n') + end;
      writeFileSync(log, text);
      for (const count of [0, 1, 2, 9_999, 30_000, 40_000]) {
        const expected = count === 0 ? '' : lines.slice(-count).join('\n') + end;
        expect(text.slice(offsetOfTail(log, count)) === expected, `${count} lines`).to.equal(true);
      }
    }
  });
});
