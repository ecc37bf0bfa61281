import { readFileSync } from 'node:fs';
import { eventually, type Pilotage, statusOf } from '../e2e/harness.ts';
import { isAlive } from '../e2e/processes.ts';
import type { Attack } from './attack.ts';
import { cannotMount, fill, inside, onSmallDisk } from './smalldisk.ts';

const LOG = 'daemon.log';

/** Deploys, lets the disk refuse for a while in which much is logged, and expects all to go on. */
async function outlive(target: Pilotage, refuse: () => () => void): Promise<void> {
  const work = await target.repository('shop');
  const first = await work.push();
  if (first.code !== 0) throw new Error(first.stderr);
  const { pid, agentPid } = target.ready;
  const relents = [refuse()];
  // Each refusal is a line or two of the log, whose last page still has some room.
  for (let i = 0; i < 30; i++) {
    // A database that cannot be opened leaves some room behind, too.
    if (i % 3 === 0) relents.push(refuse());
    await target.kubectl('create', 'configmap', `refused-${i}`);
  }
  for (const [who, id] of [
    ['daemon', pid],
    ['agent', agentPid],
  ] as const)
    if (!isAlive(id)) throw new Error(`the ${who} is dead`);
  for (const relent of relents) relent();
  await eventually('the API takes writes again', async () => {
    const { code } = await target.kubectl('create', 'configmap', 'taken');
    return code === 0;
  });
  const status = await statusOf(target, 'shop', 'dev');
  if (status?.health !== 'Healthy') throw new Error(`it is ${status?.health}`);
}

export const attacks: readonly Attack[] = [
  {
    input: 'a full disk below the whole data directory, the log of the daemon included',
    isolated: true,
    under: onSmallDisk('', { megabytes: 64, log: LOG }),
    async run(target) {
      const cannot = cannotMount();
      if (cannot) return cannot;
      await outlive(target, () => fill(target, ''));
      const log = () => readFileSync(inside(target, LOG), 'utf8');
      await eventually('the log says what it lost', async () => log().includes('lines of this log are lost'));
      return 'daemon and agent live, the log says how many lines it lost, writes are taken again';
    },
  },
];
