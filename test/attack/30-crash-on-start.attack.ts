import { statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { deliver, expectSaid } from './deliver.ts';

/** The verdict used to come after 5 to 10 minutes. */
const SOON_MS = 15_000;

export const attacks: readonly Attack[] = [
  {
    input: 'a program that does not find a module',
    async run(target) {
      const pushed = await deliver(target, 'no-module', (work) =>
        work.write('app/server.js', "import 'pg';"),
      );
      const said = expectSaid(pushed, /PodsFailing.*Cannot find\s+package 'pg'/, SOON_MS);
      const why = await target.cli('why', 'no-module/dev');
      const status = await statusOf(target, 'no-module', 'dev');
      for (const text of [why.stdout, status?.message ?? ''])
        if (!/Cannot find package 'pg'/.test(text))
          throw new Error(`does not say what the program said: ${text}`);
      return said;
    },
  },
  {
    input: 'a command that does not exist',
    async run(target) {
      const pushed = await deliver(target, 'no-command', (work) =>
        work.edit('chart/templates/deployment.hbs', (text) =>
          text.replace('[node, server.js]', '[nodee, server.js]'),
        ),
      );
      return expectSaid(pushed, /PodsFailing.*"nodee" is not\s+found in PATH/, SOON_MS);
    },
  },
  {
    input: 'a program that crashes once, and works when it is started again',
    async run(target) {
      const pushed = await deliver(target, 'one-crash', (work) =>
        work.edit(
          'app/server.js',
          (text) => `import { existsSync, writeFileSync } from 'node:fs';
const flag = process.env.PILOTAGE_ROOT + '/crashed';
if (!existsSync(flag)) { writeFileSync(flag, ''); throw new Error('too early'); }
${text}`,
        ),
      );
      return expectSaid(pushed, /is healthy/, SOON_MS);
    },
  },
  {
    input: 'a readiness probe that is answered with 500',
    async run(target) {
      const pushed = await deliver(target, 'unready', async (work) => {
        await work.edit('chart/values.yaml', (text) =>
          text.replace(/progressDeadlineSeconds: .*/, 'progressDeadlineSeconds: 5'),
        );
        await work.edit('app/server.js', (text) =>
          text.replace("response.end('ok')", 'response.writeHead(500).end()'),
        );
      });
      return expectSaid(pushed, /ProgressDeadlineExceeded.*statuscode: 500/, SOON_MS);
    },
  },
];
