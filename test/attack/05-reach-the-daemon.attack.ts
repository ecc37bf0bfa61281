import { stat } from 'node:fs/promises';
import { tokenIsThere, withSpies } from '../e2e/spy.ts';
import type { Attack } from './attack.ts';

export const attacks: readonly Attack[] = [
  {
    input: 'a build and a pod that read the token, stores, keys and processes of the daemon',
    async run(target) {
      const work = await withSpies(target, 'spy');
      const { stderr, code } = await work.push();
      if (code !== 0) throw new Error(stderr);
      const { stdout } = await target.cli('logs', 'spy/dev');
      for (const told of [stderr, stdout]) {
        const reached = told.split('\n').filter((line) => line.includes('REACHED'));
        if (reached.length > 0) throw new Error(reached.join('; '));
        if (!/spied as \d+/.test(told)) throw new Error(`no spy: ${told.slice(-500)}`);
      }
      if (!(await tokenIsThere(target))) throw new Error('there was no token to read');
      return `nothing reached, as uid ${/spied as (\d+)/.exec(stdout)?.[1]}`;
    },
  },
  {
    input: 'a build that leaves its process group, and goes on turning a file into a link to /etc/shadow',
    async run(target) {
      const work = await target.repository('straggler');
      const straggler = 'while :; do rm -f zz; echo >zz; ln -sf /etc/shadow zz; done';
      await work.edit('pilotage.yaml', (text) =>
        text.replace(
          'web: {path: app}',
          `web: {path: app, build: "setsid sh -c '${straggler}' >/dev/null 2>&1 & sleep 0.2"}`,
        ),
      );
      await work.commit('straggle');
      const before = await shadowMode();
      await work.push();
      const after = await shadowMode();
      if (before !== after) throw new Error(`/etc/shadow had mode ${before}, and has ${after}`);
      return 'its processes ended with it, and no link was followed';
    },
  },
];

async function shadowMode(): Promise<string> {
  const { mode, uid } = await stat('/etc/shadow');
  return `${mode.toString(8)} of ${uid}`;
}
