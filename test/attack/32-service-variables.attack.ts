import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type Pilotage } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { deliver, expectSaid } from './deliver.ts';

/** What the latest attempts of the delivery's containers were started with: both variables of its Service, one of them by reference. */
function told(target: Pilotage): readonly string[] {
  const root = join(target.dataDir, 'agent', 'pods');
  return readdirSync(root).map((uid) => {
    const dir = join(root, uid, 'web');
    const latest = Math.max(...readdirSync(dir).map(Number));
    const { env } = JSON.parse(readFileSync(join(dir, String(latest), 'intent.json'), 'utf8')) as {
      env: Record<string, string>;
    };
    return `${env.WEB_SERVICE_HOST}:${env.WEB_SERVICE_PORT} ${env.OWN_URL}`;
  });
}

const isReady = async (target: Pilotage): Promise<boolean> => {
  const { stdout } = await target.kubectl('-n', 'variables-dev', 'get', 'deployment', 'web', '-o', 'json');
  const { status } = JSON.parse(stdout) as { status: { availableReplicas?: number } };
  const agent = readdirSync(join(target.dataDir, 'agent', 'pods')).length;
  return status.availableReplicas === 2 && agent === 2;
};

async function expectTold(target: Pilotage, when: string): Promise<void> {
  await eventually('both pods are ready', () => isReady(target));
  for (const text of told(target))
    if (!/^127\.[\d.]+:\d+ http:\/\/127\.[\d.]+:\d+$/.test(text)) throw new Error(`${when}: ${text}`);
}

export const attacks: readonly Attack[] = [
  {
    input: 'down and up, three times, and the agent killed: pods know where their Service is',
    isolated: true,
    budget: { silenceMs: Number.POSITIVE_INFINITY },
    async run(target) {
      const pushed = await deliver(target, 'variables', (work) =>
        work.edit('chart/templates/deployment.hbs', (text) =>
          text.replace(
            '          env:\n',
            '          env:\n            - {name: OWN_URL, value: "http://$(WEB_SERVICE_HOST):$(WEB_SERVICE_PORT)"}\n',
          ),
        ),
      );
      expectSaid(pushed, /is healthy/, 20_000);
      await expectTold(target, 'at first');
      for (let n = 1; n <= 3; n++) {
        await target.cli('down');
        await target.up();
        await expectTold(target, `after up ${n}`);
      }
      const killed = await target.agentPid();
      process.kill(killed, 'SIGKILL');
      await eventually('another agent', async () => (await target.agentPid()) !== killed);
      await target.kubectl('-n', 'variables-dev', 'delete', 'pods', '--all', '--wait=false');
      await expectTold(target, 'after kill -9 of the agent');
      return 'both variables at every start, and expanded';
    },
  },
];
