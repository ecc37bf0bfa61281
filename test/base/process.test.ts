import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isSameProcess, processStartTime, sendSignal } from '../../src/base/process.ts';
import { startWatchdog } from '../../src/base/watchdog.ts';
import { until } from '../fakes/until.ts';

const sleeper = () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  return { child, pid: child.pid ?? 0 };
};
/** Above every pid that Linux gives (PID_MAX_LIMIT). */
const NOBODY = 2 ** 22 + 1;

describe('a process', () => {
  it('is the same while it lives, and no longer', async () => {
    const { child, pid } = sleeper();
    const started = processStartTime(pid) ?? '';
    expect(isSameProcess(pid, started)).to.equal(true);
    expect(sendSignal(pid, 'SIGKILL')).to.equal(true);
    await until(() => !isSameProcess(pid, started));
    await until(() => child.signalCode === 'SIGKILL');
  });

  it('is another one with another start time', () => {
    expect(isSameProcess(process.pid, `${processStartTime(process.pid)}1`)).to.equal(false);
  });

  it('that does not exist has no start time and takes no signal', () => {
    expect(processStartTime(NOBODY)).to.equal(undefined);
    expect(sendSignal(NOBODY, 'SIGTERM')).to.equal(false);
  });

  it('that does not exist is not the same as one without a start time', () => {
    expect(isSameProcess(NOBODY, '')).to.equal(false);
  });
});

describe('the watchdog', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-watchdog-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('runs its command when the owner is gone, however it went, and not before', async () => {
    const { child, pid } = sleeper();
    const [before, done] = [join(dir, 'before'), join(dir, 'a name; with $odd "characters"')];
    startWatchdog(NOBODY, ['touch', before], { PATH: process.env.PATH ?? '' });
    startWatchdog(pid, ['touch', done], { PATH: process.env.PATH ?? '' });
    await until(() => existsSync(before));
    expect(existsSync(done)).to.equal(false);
    child.kill('SIGKILL');
    await until(() => existsSync(done));
  });
});
