import type { Attack } from './attack.ts';
import { deliver, expectSaid, withoutProbes } from './deliver.ts';

/** Answers its probe, and is gone 100 ms later. */
const CRASHES_WHEN_READY = `import { createServer } from 'node:http';
let timer;
createServer((_, response) => {
  response.end('ok');
  timer ??= setTimeout(() => { console.error('Error: lost the database'); process.exit(1); }, 100);
}).listen(Number(process.env.PORT), process.env.HOST);`;

const neverHealthy = /PodsFailing.*lost the\s+database/;

export const attacks: readonly Attack[] = [
  {
    input: 'a pod that crashes 0.1 s after its readiness probe has passed',
    async run(target) {
      const pushed = await deliver(target, 'ready-crash', (work) =>
        work.write('app/server.js', CRASHES_WHEN_READY),
      );
      if (/is healthy/.test(pushed.said)) throw new Error(`called healthy:\n${pushed.said}`);
      return expectSaid(pushed, neverHealthy, 20_000);
    },
  },
  {
    input: 'a pod without probes that crashes 0.1 s after its start',
    async run(target) {
      const pushed = await deliver(target, 'bare-crash', async (work) => {
        await withoutProbes(work);
        await work.write(
          'app/server.js',
          "setTimeout(() => { console.error('Error: lost the database'); process.exit(1); }, 100);",
        );
      });
      if (/is healthy/.test(pushed.said)) throw new Error(`called healthy:\n${pushed.said}`);
      return expectSaid(pushed, neverHealthy, 20_000);
    },
  },
];
