/** What happens while requests go on. Each ends when all is as it was before. */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, fetchText } from '../e2e/harness.ts';
import { isAlive } from '../e2e/processes.ts';
import type { Runtime } from './app.ts';
import type { Ground } from './ground.ts';

export interface Scenario {
  readonly name: string;
  /** Absent: on both. */
  readonly on?: Runtime;
  readonly run: (ground: Ground) => Promise<void>;
}

const first = async (ground: Ground) => {
  const [pod] = await ground.pods();
  if (!pod) throw new Error('there is no pod');
  return pod;
};

/** Makes the program of the first pod say something else to its probes. */
const tell = async (ground: Ground, word: string) => {
  const pod = await first(ground);
  const port = ground.runtime === 'containers' ? 8080 : await portOf(ground, pod.metadata.name);
  const answer = await fetch(`http://${pod.status.podIP}:${port}/${word}`);
  if (!answer.ok) throw new Error(`${word}: ${answer.status}`);
  return pod;
};

const portOf = async ({ k }: Ground, pod: string) =>
  Number(await k.ok('exec', pod, '--', 'sh', '-c', 'echo $PORT'));

/** The next agent runs, and answers at each door. */
async function agentIsBack({ pilotage, doors }: Ground, before: number): Promise<void> {
  await eventually('the next agent', async () => {
    const next = await pilotage.agentPid();
    return next !== before && isAlive(next);
  });
  for (const { url } of doors) if (url.startsWith('http:')) await fetchText(url);
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'rolling update',
    async run({ k, settled }) {
      await k.ok('set', 'env', 'deployment/web', `VERSION=${Date.now()}`);
      await settled();
    },
  },
  {
    name: 'scale up and down',
    async run({ k, settled }) {
      await k.ok('scale', 'deployment/web', '--replicas=6');
      await settled();
      await k.ok('scale', 'deployment/web', '--replicas=2');
      await settled();
      await k.ok('scale', 'deployment/web', '--replicas=3');
      await settled();
    },
  },
  {
    name: 'pod deleted',
    async run(ground) {
      await ground.k.ok('delete', 'pod', (await first(ground)).metadata.name);
      await ground.settled();
    },
  },
  {
    name: 'readiness probe fails',
    async run(ground) {
      const { metadata } = await tell(ground, 'unready');
      const ready = (value: string) =>
        ground.k.ok('wait', `pod/${metadata.name}`, `--for=condition=Ready=${value}`, '--timeout=20s');
      await ready('false');
      await pause(500);
      await tell(ground, 'well');
      await ready('true');
      await ground.settled();
    },
  },
  {
    name: 'daemon restart',
    async run({ pilotage, upAgain, settled }) {
      await pilotage.crash('SIGTERM');
      await pause(500);
      await upAgain();
      await settled();
    },
  },
  {
    name: 'kill -9 of the daemon',
    async run(ground) {
      const { pilotage } = ground;
      await ground.killing(() => pilotage.crash());
      await pause(500);
      await ground.upAgain();
      await ground.settled();
    },
  },
  {
    name: 'kill -9 of the agent',
    async run(ground) {
      const agent = await ground.pilotage.agentPid();
      await ground.kill(agent);
      await agentIsBack(ground, agent);
      await ground.settled();
    },
  },
  {
    name: 'kill -9 of agent and daemon',
    async run(ground) {
      const { pilotage } = ground;
      const agent = await pilotage.agentPid();
      // The daemon first: it would start the agent again.
      await ground.killing(() => pilotage.crash());
      await ground.kill(agent);
      await ground.upAgain();
      await agentIsBack(ground, agent);
      await ground.settled();
    },
  },
  {
    name: 'kill -9 of a pod',
    async run(ground) {
      await ground.killPod(await first(ground));
      await ground.settled();
    },
  },
  {
    name: 'liveness probe fails',
    async run(ground) {
      const { metadata, status } = await tell(ground, 'ill');
      const count = status.containerStatuses[0]?.restartCount ?? 0;
      await eventually(
        'its restart',
        async () => {
          const path = '.status.containerStatuses[0].restartCount';
          return Number(await ground.k.jsonpath(`pod/${metadata.name}`, path)) > count;
        },
        40_000,
      );
      await ground.k.ok('wait', `pod/${metadata.name}`, '--for=condition=Ready', '--timeout=25s');
    },
  },
  {
    name: 'certificate changes',
    async run(ground) {
      for (const name of ['second', 'third', 'fourth']) {
        await ground.certificate(`${name}.localhost`);
        await pause(500);
      }
    },
  },
];
