import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ClassicLevel } from 'classic-level';
import { systemClock } from '../../../../../src/base/clock.ts';
import { runToEnd } from '../../../../../src/orchestrator/node/runtime/process/spawn.ts';

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
