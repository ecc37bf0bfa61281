import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { processStartTime } from '../../src/base/process.ts';
import { writeRecord } from '../../src/base/recordfile.ts';
import { socketsFilePath } from '../../src/model/agentfile.ts';
import { reap } from '../../src/supervise/ephemeral.ts';
import type { TakeDown } from '../../src/supervise/takedown.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('the end of an ephemeral data directory', () => {
  let place: string;
  let dataDir: string;

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'pilotage-reap-'));
    dataDir = join(place, 'data');
    mkdirSync(join(dataDir, 'store'), { recursive: true });
  });
  afterEach(() => rmSync(place, { recursive: true }));

  it('takes along what the agent has still written after the directory lost its name', async () => {
    const stopPods: TakeDown['stopPods'] = async (_dataDir, { forGood } = {}) => {
      // What an engine keeps of them would outlive the directory that names it.
      expect(forGood).to.equal(true);
      const pod = join(dataDir, 'agent', 'pods', 'uid');
      mkdirSync(pod, { recursive: true });
      writeFileSync(join(pod, '.pod.json'), '{}');
      for (const folder of ['agent/relay', 'images/tmp'])
        mkdirSync(join(dataDir, folder), { recursive: true });
    };
    await reap({ clock: new FakeClock(), stopPods }, dataDir);
    expect(existsSync(dataDir)).to.equal(false);
    expect(existsSync(`${dataDir}.ending`)).to.equal(false);
  });

  it('ends who holds the sockets of an agent that has recorded it after the directory lost its name', async () => {
    const holder = spawn('/bin/sh', ['-c', 'read -r _'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = once(holder, 'exit');
    const stopPods: TakeDown['stopPods'] = async () => {
      const { pid = 0 } = holder;
      const pidStartTime = processStartTime(pid);
      writeRecord(socketsFilePath(dataDir), { pid, pidStartTime, command: '', addresses: [] });
    };
    await reap({ clock: systemClock, stopPods }, dataDir);
    expect(await ended).to.deep.equal([null, 'SIGTERM']);
    expect(existsSync(dataDir)).to.equal(false);
  });

  it('leaves another instance alone that has begun there meanwhile', async () => {
    const stopPods: TakeDown['stopPods'] = async () => {
      mkdirSync(join(dataDir, 'store'), { recursive: true });
      mkdirSync(join(dataDir, 'agent'));
    };
    await reap({ clock: new FakeClock(), stopPods }, dataDir);
    expect(readdirSync(dataDir)).to.have.members(['store', 'agent']);
  });
});
