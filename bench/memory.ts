/** Resident memory with an application in three environments, three pods each. The applications' own is apart. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { signIn } from '../test/e2e/accounts.ts';
import { report } from './support/figures.ts';
import { Instance, webRepository } from './support/instance.ts';
import { childrenOf, residentMb } from './support/proc.ts';

/** V8 gives back what a burst needed at most 100 seconds after it (`MemoryReducer::kWatchdogDelayMs`). */
const IDLE_S = 120;

await Instance.during(async (instance) => {
  const repository = await webRepository(instance);
  await repository.git.run('push', '--quiet', repository.url, 'main');
  await instance.cli('promote', 'web/preprod');
  await instance.cli('wait', 'web/preprod');
  const token = await signIn({ url: instance.ready.http, holder: await instance.token() }, 'colleague');
  const server = instance.ready.http.replace('://', `://colleague:${token}@`);
  await instance.cli('approve', 'web/prod', '--server', server);
  await instance.cli('promote', 'web/prod');
  await instance.cli('wait', 'web/prod');

  const { pid, agentPid } = instance.ready;
  const sum = () => residentMb(pid) + residentMb(agentPid);
  report('daemon + agent, right after the rollouts', sum(), 'MB');
  await pause(IDLE_S * 1000);
  report('daemon + agent, idle', sum(), 'MB', {
    target: '< 200',
    daemon: residentMb(pid),
    agent: residentMb(agentPid),
    idleSeconds: IDLE_S,
  });
  report('daemon + agent, at most so far', residentMb(pid, 'VmHWM') + residentMb(agentPid, 'VmHWM'), 'MB');
  report('daemon + agent, idle, shared pages once', proportional(pid) + proportional(agentPid), 'MB');
  const apps = descendants(agentPid);
  report(
    'applications and their shells',
    apps.reduce((total, app) => total + residentMb(app), 0),
    'MB',
    { processes: apps.length },
  );
});

function proportional(pid: number): number {
  const [, kilobytes = '0'] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

/** The shells of containers have sessions of their own, and are the agent's children as long as it lives. */
function descendants(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendants(child)]);
}
