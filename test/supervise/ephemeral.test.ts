import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { reap } from '../../src/supervise/ephemeral.ts';
import type { TakeDown } from '../../src/supervise/takedown.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('the end of an ephemeral data directory', () => {
  it('takes along what the agent has still written after the directory lost its name', async () => {
    const place = mkdtempSync(join(tmpdir(), 'pilotage-reap-'));
    const dataDir = join(place, 'data');
    mkdirSync(join(dataDir, 'store'), { recursive: true });
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
    rmSync(place, { recursive: true });
  });
});
