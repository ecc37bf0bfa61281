import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ClassicLevel } from 'classic-level';
import { type Clock, sleep, systemClock } from '../../../../../src/base/clock.ts';
import { type RunRequest, runToEnd } from '../../../../../src/orchestrator/node/runtime/process/spawn.ts';

describe('a program that a build runs', () => {
  it('is born with no open file of the store', async function () {
    if (process.platform !== 'linux') this.skip();
    const dir = await realpath(await mkdtemp(join(tmpdir(), 'pilotage-spawn-')));
    const store = new ClassicLevel(join(dir, 'store'));
    await store.open();
    let output = '';
    try {
      const outcome = await runToEnd({
        argv: ['/bin/sh', '-c', 'ls -l /proc/$$/fd'],
        cwd: dir,
        env: { PATH: '/usr/bin:/bin' },
        timeoutMs: 60_000,
        clock: systemClock,
        onOutput: (piece) => {
          output += piece;
        },
      });
      expect(outcome).to.deep.equal({ type: 'exited', exitCode: 0 });
    } finally {
      await store.close();
      await rm(dir, { recursive: true });
    }
    expect(output).to.contain('/dev/null').and.not.contain(dir);
  });
});

describe('output of a program', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), 'pilotage-spawn-')));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const run = (script: string, request: Partial<RunRequest> & Pick<RunRequest, 'onOutput'>) =>
    runToEnd({
      argv: ['/bin/sh', '-c', script],
      cwd: dir,
      env: { PATH: '/usr/bin:/bin' },
      clock: systemClock,
      ...request,
    });

  it('is taken to its end by a slow reader, although the program has ended', async () => {
    let taken = 0;
    const outcome = await run('head -c 200000 /dev/zero', {
      onOutput: async (piece) => {
        await sleep(systemClock, 20);
        taken += piece.length;
      },
    });
    expect(outcome).to.deep.equal({ type: 'exited', exitCode: 0 });
    expect(taken).to.equal(200_000);
  });

  it('is not lost by a loop so busy that it learns of the end first', async function () {
    if (process.platform !== 'linux') this.skip();
    // A timer that is overdue runs before the loop looks at the pipes again.
    const late: Clock = {
      ...systemClock,
      after(_ms, task) {
        process.nextTick(task);
        return () => {};
      },
    };
    let other = 0;
    let first = 0;
    let output = '';
    const second = run('while [ ! -e go ]; do sleep 0.01; done; echo second', {
      clock: late,
      onStart: (pid) => {
        other = pid;
      },
      onOutput: (piece) => {
        output += piece;
      },
    });
    const ended = run('echo first', {
      onStart: (pid) => {
        first = pid;
      },
      // The loop has read the pipes that were ready, and collects all children that have ended next.
      onOutput: () => {
        writeFileSync(join(dir, 'go'), '');
        untilZombie(other);
      },
    });
    untilZombie(first);
    await ended;
    await second;
    expect(output).to.equal('second\n');
  });

  it('is waited for no longer than it is quiet where a process outside of the group holds it open', async () => {
    let output = '';
    const outcome = await run('setsid sh -c "sleep 0.05; echo late; exec sleep 5" & echo early', {
      onOutput: (piece) => {
        output += piece;
      },
    });
    expect(outcome).to.deep.equal({ type: 'exited', exitCode: 0 });
    expect(output).to.match(/^early\n/);
  });

  it('is cut at the deadline where a process outside of the group goes on writing', async () => {
    const outcome = await run('setsid sh -c "while echo more; do sleep 0.05; done" & echo early', {
      timeoutMs: 700,
      onOutput: () => {},
    });
    expect(outcome).to.deep.equal({ type: 'exited', exitCode: 0 });
  });
});

/** Holds the loop up until the process has ended and nobody has asked how. */
function untilZombie(pid: number): void {
  const deadline = Date.now() + 10_000;
  while (!/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) {
    if (Date.now() > deadline) throw new Error(`process ${pid} has not ended`);
  }
}
