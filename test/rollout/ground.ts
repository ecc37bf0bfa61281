/** A Pilotage with the program behind all doors, and what is done to it. */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { allProcesses, commandNameOf, environmentOf } from '../../src/base/proc.ts';
import { processStartTime } from '../../src/base/process.ts';
import { connectEngine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { eventually, Pilotage } from '../e2e/harness.ts';
import { Kubectl } from '../e2e/kubectl.ts';
import { selfSigned } from '../orchestrator/network/ingress/ingressbench.ts';
import { ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { deployment, HOST, ingress, type Runtime, service } from './app.ts';
import type { Door } from './load.ts';

/** Something was killed: what was on its way to it between the two may be lost. In ms of `performance.now()`. */
export interface Kill {
  readonly at: number;
  readonly gone: number;
}

export interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly podIP: string;
    readonly containerStatuses: readonly { readonly containerID: string; readonly restartCount: number }[];
  };
}

export interface Ground {
  readonly runtime: Runtime;
  readonly pilotage: Pilotage;
  /** Starts the daemon as it was started. */
  upAgain(): Promise<void>;
  readonly k: Kubectl;
  readonly doors: readonly Door[];
  readonly kills: Kill[];
  pods(): Promise<readonly Pod[]>;
  /** Until every pod of the Deployment is of its template and ready, and no other is left. */
  settled(): Promise<void>;
  /** Ends a process at once and waits until it is gone. */
  kill(pid: number): Promise<void>;
  /** Ends what runs in a pod, at once. */
  killPod(pod: Pod): Promise<void>;
  /** Notes what was killed in another way. */
  killing(work: () => Promise<unknown>): Promise<void>;
  /** Applies another certificate. */
  certificate(name: string): Promise<void>;
}

export async function layGround(runtime: Runtime, engine: string | undefined): Promise<Ground> {
  const options = runtime === 'containers' ? ['--engine', engine ?? ''] : [];
  if (runtime === 'containers') await ensureBusybox(await connectEngine(engine ?? ''));
  const pilotage = await Pilotage.start([], undefined, undefined, options);
  return groundOf(pilotage, runtime, () => pilotage.up(...options)).catch(async (error: unknown) => {
    await pilotage.stop();
    throw error;
  });
}

async function groundOf(pilotage: Pilotage, runtime: Runtime, upAgain: () => Promise<void>): Promise<Ground> {
  const k = await Kubectl.inNamespace(pilotage, 'shop');
  const kills: Kill[] = [];
  await certificate(HOST);
  for (const object of [deployment(runtime), service, ingress]) await k.apply(object);

  const pods = async () => (await k.get<{ items: readonly Pod[] }>('pods', '-l', 'app=web')).items;

  async function settled(): Promise<void> {
    await k.ok('rollout', 'status', 'deployment/web', '--timeout=29s');
    await eventually(
      'no other pod',
      async () => {
        const wanted = Number(await k.jsonpath('deployment/web', '.spec.replicas'));
        return (await pods()).length === wanted;
      },
      40_000,
    );
  }

  async function killing(work: () => Promise<unknown>): Promise<void> {
    const at = performance.now();
    await work();
    kills.push({ at, gone: performance.now() });
  }

  const kill = (pid: number) =>
    killing(async () => {
      process.kill(pid, 'SIGKILL');
      while (processStartTime(pid) !== undefined) await pause(1);
    });

  async function killPod({ metadata }: Pod): Promise<void> {
    const isIts = (pid: number) => environmentOf(pid).includes(`POD_NAME=${metadata.name}`);
    const program = allProcesses().find((pid) => isIts(pid) && commandNameOf(pid) !== 'sh');
    if (program === undefined) throw new Error(`${metadata.name} has no process`);
    await kill(program);
  }

  async function certificate(name: string): Promise<void> {
    const { cert, key } = selfSigned(name);
    await k.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tls' },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': cert, 'tls.key': key },
    });
  }

  await settled();
  const port = await k.jsonpath('service/web', '.spec.ports[0].nodePort');
  const doors = [
    { name: 'Service', url: `http://${await k.jsonpath('service/web', '.spec.clusterIP')}:8000/` },
    { name: 'NodePort', url: `http://127.0.0.1:${port}/` },
    { name: 'Ingress', url: pilotage.ready.ingress.http, host: HOST },
    { name: 'Ingress TLS', url: pilotage.ready.ingress.https, host: HOST },
  ];
  return { runtime, pilotage, upAgain, k, doors, kills, pods, settled, kill, killPod, killing, certificate };
}
