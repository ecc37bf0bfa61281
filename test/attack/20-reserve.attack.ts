import { eventually, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { cannotMount, fill, onSmallDisk } from './smalldisk.ts';

const MIB = 2 ** 20;
/** Of 64 MiB an eighth is the floor for writes, half of it that for builds, and 2 MiB are the reserve. */
const NEARLY_FULL = 5 * MIB;
const REFUSED = 'nothing that takes more room is taken';

async function must(what: string, run: Promise<{ code: number; stdout: string; stderr: string }>) {
  const { code, stdout, stderr } = await run;
  if (code !== 0) throw new Error(`${what}: ${stdout}${stderr}`);
  return stdout;
}

async function mustBeRefused(target: Pilotage, name: string): Promise<void> {
  await eventually(`configmap ${name} is refused for want of room`, async () => {
    const { code, stderr } = await target.kubectl('create', 'configmap', name);
    if (code === 0) await target.kubectl('delete', 'configmap', name);
    return stderr.includes(REFUSED);
  });
}

export const attacks: readonly Attack[] = [
  {
    input: 'a disk that fills up to its floor, then to its last byte, while people push, create and delete',
    isolated: true,
    under: onSmallDisk('', { megabytes: 64 }),
    async run(target) {
      const cannot = cannotMount();
      if (cannot) return cannot;
      const work = await target.repository('shop');
      await must('first push', work.push());
      const old = Array.from({ length: 20 }, (_, i) => `old-${i}`);
      for (const name of old) await must('create', target.kubectl('create', 'configmap', name));

      const relents = [fill(target, '', NEARLY_FULL)];
      await mustBeRefused(target, 'new');
      await eventually('status says it', async () => {
        const { stdout } = await target.cli('status');
        return stdout.includes('no build begins below 32 MiB');
      });
      await work.write('values/dev.yaml', 'greeting: written when the disk was nearly full\n');
      const tip = await work.commit('second');
      const pushed = await work.push();
      if (pushed.code === 0 || !pushed.stderr.includes(REFUSED))
        throw new Error(`push: ${pushed.code} ${pushed.stderr}`);
      await must('delete', target.kubectl('delete', 'configmap', ...old.slice(0, 10)));
      const why = await must('why', target.cli('why', 'shop/dev'));
      if (!why.includes('no build begins')) throw new Error(`why says ${why}`);
      await eventually(
        'the node says DiskPressure',
        async () => {
          const path = '-o=jsonpath={.items[0].status.conditions[?(@.type=="DiskPressure")].status}';
          return (await target.kubectl('get', 'nodes', path)).stdout === 'True';
        },
        20_000,
      );

      relents.push(fill(target, ''));
      await eventually('a deletion is recorded on the full disk', async () => {
        const { code } = await target.kubectl('delete', 'configmap', ...old, '--ignore-not-found');
        return code === 0;
      });
      for (const relent of relents) relent();
      await eventually('the API takes writes again', async () => {
        const { code } = await target.kubectl('create', 'configmap', 'taken');
        return code === 0;
      });
      const names = await must('list', target.kubectl('get', 'configmaps', '-o', 'name'));
      if (names.includes('old-')) throw new Error(`deleted, and there: ${names}`);
      await must('the push again', work.push());
      await eventually(
        'the tip is deployed',
        async () => (await statusOf(target, 'shop', 'dev'))?.deployedRevision === tip,
        20_000,
      );
      return 'writes and packs refused with the reason, deletions taken to the last byte, all taken again once there was room';
    },
  },
];
