import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { until } from '../helpers.ts';
import { pod, shell, useAgent } from './agent.ts';

describe('node agent: how a pod ends', function () {
  this.timeout(30_000);
  const agent = useAgent();
  const { startNode, web, logOf } = agent;

  it('ends a deleted pod gracefully, confirms it, and keeps nothing of it', async () => {
    await startNode();
    agent.api.put(PODS, pod('a', shell('trap "exit 0" TERM; echo up; while :; do sleep 0.02; done')));
    await until(
      'the trap to be set',
      () => existsSync(join(agent.path, 'pods/uid-a/web/0/log')) && logOf('a').includes('up'),
    );
    agent.api.delete(PODS, 'a');
    await until('the confirmation', () => agent.api.get(PODS, 'a') === undefined);
    await until('the clean-up', () => !existsSync(join(agent.path, 'pods', 'uid-a')));
  });

  it('kills what does not end within its grace period', async () => {
    await startNode();
    agent.api.put(PODS, pod('a', shell('trap "" TERM; echo up; while :; do sleep 0.02; done')));
    await until('the trap to be set', () => web('a')?.state?.running && logOf('a').includes('up'));
    agent.api.delete(PODS, 'a', 0);
    await until('the confirmation', () => agent.api.get(PODS, 'a') === undefined);
  });

  it('runs preStop before SIGTERM', async () => {
    await startNode();
    const preStop = { exec: { command: ['sh', '-c', `echo preStop > ${join(agent.path, 'order')}`] } };
    const script = `trap "cat ${join(agent.path, 'order')} > ${join(agent.path, 'seen')}; exit 0" TERM; echo up; while :; do sleep 0.02; done`;
    agent.api.put(PODS, pod('a', { ...shell(script), lifecycle: { preStop } }));
    await until('the trap to be set', () => web('a')?.state?.running && logOf('a').includes('up'));
    agent.api.delete(PODS, 'a');
    await until('the confirmation', () => agent.api.get(PODS, 'a') === undefined);
    expect(readFileSync(join(agent.path, 'seen'), 'utf8')).to.equal('preStop\n');
  });
});
