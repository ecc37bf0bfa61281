import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../../src/base/log.ts';
import { createAttempts } from '../../../../../../src/orchestrator/node/runtime/process/attempts.ts';
import {
  type HeldLimits,
  type Limits,
  withoutGroups,
} from '../../../../../../src/orchestrator/node/runtime/process/limits/limits.ts';
import { scratch, until } from '../../../helpers.ts';

describe('a program that is held to limits', () => {
  const place = scratch();
  after(() => place.dispose());
  let pods = 0;

  const open = (limits: HeldLimits, sweep: Limits['sweep'] = () => {}) =>
    createAttempts({
      root: join(place.path, 'pods'),
      clock: systemClock,
      logger: silentLogger,
      limits: {
        hold: () => ({ limits, unsupported: ['resources.limits.cpu is not enforced: a test'] }),
        sweep,
      },
    });

  /** How it ended, and what it said. */
  async function run(script: string, limits: HeldLimits) {
    const attempts = open(limits);
    const ref = { pod: `pod-${pods++}`, container: 'main', attempt: 0 };
    const started = await attempts.start({
      ref,
      argv: ['/bin/sh', '-c', script],
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
      image: { reference: 'host', digest: '' },
      backOffMs: 0,
      restarts: 0,
    });
    const state = await until('its end', () => {
      const [one] = attempts.list(ref.pod);
      return one?.state.type === 'exited' ? one.state : undefined;
    });
    const said = readFileSync(attempts.logFile(ref), 'utf8');
    attempts.close();
    return { ref, started, state, said };
  }

  const counter = (count: number): HeldLimits => {
    const oomCounter = join(place.path, `events-${count}`);
    writeFileSync(oomCounter, `low 0\noom_kill ${count}\noom_group_kill 0\n`);
    return { groups: [], oomCounter };
  };

  it('ran out of memory when the kernel has killed something of it, and it failed', async () => {
    expect((await run('exit 137', counter(1))).state).to.include({ isOutOfMemory: true, exitCode: 137 });
    expect((await run('exit 0', counter(2))).state).to.not.have.property('isOutOfMemory');
    expect((await run('exit 137', counter(0))).state).to.not.have.property('isOutOfMemory');
  });

  it('has no more data than its limit where there are no groups, and is told what it does without', async () => {
    const { limits } = withoutGroups({ requests: {}, limits: { memoryBytes: 2 ** 26 } }, 'a test');
    const { said, started } = await run('ulimit -d', limits ?? { groups: [] });
    expect(said).to.equal('65536\n');
    expect(started).to.deep.equal({
      ok: true,
      unsupported: ['resources.limits.cpu is not enforced: a test'],
    });
  });

  it('does not run outside of a group that it cannot enter', async () => {
    const { state, said } = await run('echo ran', { groups: [join(place.path, 'gone')] });
    expect(state).to.include({ exitCode: 125 });
    expect(said).to.contain('gone/cgroup.procs').and.not.contain('ran\n');
  });

  it('is forgotten once its groups are gone, which the next agent knows by its record', async () => {
    const group = join(place.path, 'top', 'held_main_0');
    mkdirSync(join(group, 'busy'), { recursive: true });
    const { ref } = await run('exit 0', { groups: [group] });
    let recorded: ReadonlySet<string> = new Set();
    const attempts = open({ groups: [] }, (groups) => {
      recorded = groups();
    });
    expect([...recorded]).to.include(group);
    attempts.forget(ref);
    expect(attempts.list(ref.pod)).to.have.length(1);
    rmSync(join(group, 'busy'), { recursive: true });
    rmSync(join(group, 'cgroup.procs'), { force: true });
    attempts.forget(ref);
    expect(attempts.list(ref.pod)).to.deep.equal([]);
    attempts.close();
  });
});
