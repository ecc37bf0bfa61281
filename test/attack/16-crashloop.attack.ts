import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';

const DEATHS = 3;

const isInHand = ({ dataDir }: Pilotage): boolean => {
  const entries: Record<string, { inHand: boolean }> = JSON.parse(
    readFileSync(join(dataDir, 'inhand.json'), 'utf8'),
  );
  return entries['shop.dev']?.inHand === true;
};

export const attacks: readonly Attack[] = [
  {
    input: `a push of whose work the daemon dies, ${DEATHS} starts in a row`,
    isolated: true,
    // It is dead on purpose.
    budget: { silenceMs: Infinity },
    async run(target) {
      const other = await target.repository('other');
      const first = await other.push();
      if (first.code !== 0) throw new Error(first.stderr);
      const work = await target.repository('shop');
      // A build that goes on for as long as it takes to be killed with it.
      await work.edit('pilotage.yaml', (text) =>
        text.replace('web: {path: app}', "web: {path: app, build: 'sleep 600'}"),
      );
      await work.commit('slow');
      const pushing = work.push();
      for (let i = 0; i < DEATHS; i++) {
        await eventually('its work is in hand', async () => isInHand(target));
        await target.crash();
        await pushing;
        await target.up();
      }
      const frozen = await eventually('it is frozen', async () => {
        const status = await statusOf(target, 'shop', 'dev');
        return status?.phase === 'Frozen' && status;
      });
      if (!frozen.message.includes(`died ${DEATHS} times`)) throw new Error(frozen.message);
      const neighbour = await statusOf(target, 'other', 'dev');
      if (neighbour?.phase === 'Frozen') throw new Error(`the other one: ${neighbour.message}`);
      const again = await target.cli('sync', 'shop/dev');
      if (again.code !== 0) throw new Error(again.stderr);
      await eventually('a person has it tried again', async () => isInHand(target));
      await work.edit('pilotage.yaml', (text) => text.replace("build: 'sleep 600'", "build: 'true'"));
      const tip = await work.commit('quick');
      void work.push();
      await eventually(
        'the next push is deployed',
        async () => (await statusOf(target, 'shop', 'dev'))?.deployedRevision === tip,
      );
      return 'frozen with the reason, the other delivery is not; tried again when asked; the next push is deployed';
    },
  },
];
