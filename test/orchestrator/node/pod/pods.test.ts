import { expect } from 'chai';
import type { Container } from '../../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, LEASES, NODES, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { until } from '../helpers.ts';
import { pod, server, shell, useAgent } from './agent.ts';

describe('node agent', function () {
  this.timeout(30_000);
  const agent = useAgent();
  const { startNode, status, web, logOf, events, ready } = agent;

  it('registers its machine as a Node with a Lease', async () => {
    await startNode();
    await until('a heartbeat', () => agent.api.get(LEASES, 'here') && agent.api.get(NODES, 'here')?.status);
    const node = agent.api.get(NODES, 'here');
    expect(node?.metadata.labels).to.include({
      'kubernetes.io/hostname': 'here',
      'kubernetes.io/os': 'linux',
    });
    expect(node?.status?.capacity).to.include({ pods: '250' });
    expect(node?.status?.conditions?.find((one) => one.type === 'Ready')?.status).to.equal('True');
  });

  it('runs a pod on an address of its own until it answers its readiness probe', async () => {
    await startNode();
    agent.api.put(PODS, pod('a', server()));
    agent.api.put(PODS, pod('b', server()));
    await Promise.all([ready('a'), ready('b')]);
    expect(status('a')?.podIP).to.not.equal(status('b')?.podIP);
    const answer = await fetch(`http://${status('a')?.podIP}:8080/`);
    expect(await answer.text()).to.match(new RegExp(`^\\d+ ${status('a')?.podIP}$`));
    expect(status('a')).to.deep.include({ phase: 'Running', qosClass: 'BestEffort' });
  });

  it('restarts a container that ends, at once the first time, and then says CrashLoopBackOff', async () => {
    await startNode();
    agent.api.put(PODS, pod('a', shell('echo hello; exit 3')));
    await until('the back-off', () => web('a')?.state?.waiting?.reason === 'CrashLoopBackOff');
    expect(web('a')).to.deep.include({ restartCount: 1, ready: false });
    expect(web('a')?.lastState?.terminated).to.deep.include({
      exitCode: 3,
      reason: 'Error',
      message: 'hello',
    });
    expect(status('a')?.phase).to.equal('Running');
    await until('the event', () => events('BackOff').length > 0);
  });

  it('leaves a pod whose restartPolicy is Never with its true exit code', async () => {
    await startNode();
    agent.api.put(PODS, pod('a', shell('kill -9 $$$$'), { restartPolicy: 'Never' }));
    await until('the end', () => status('a')?.phase === 'Failed');
    expect(web('a')?.state?.terminated).to.deep.include({ exitCode: 137, signal: 9, reason: 'Error' });
    agent.api.put(PODS, pod('b', shell('true'), { restartPolicy: 'Never' }));
    await until('the end', () => status('b')?.phase === 'Succeeded');
  });

  it('runs init containers one after the other before the others', async () => {
    await startNode();
    const step = (name: string): Container => ({
      name,
      image: 'host',
      command: ['sh', '-c', `echo ${name} >> "$PILOTAGE_ROOT/work/steps"`],
      volumeMounts: [{ name: 'work', mountPath: '/work' }],
    });
    agent.api.put(
      PODS,
      pod(
        'a',
        {
          ...shell('cat "$PILOTAGE_ROOT/work/steps"; sleep 300'),
          volumeMounts: [{ name: 'work', mountPath: '/work' }],
        },
        { initContainers: [step('one'), step('two')], volumes: [{ name: 'work', emptyDir: {} }] },
      ),
    );
    await ready('a');
    await until('the output', () => logOf('a') === 'one\ntwo\n');
  });

  it('gives a container its environment and its ConfigMap as files that follow changes', async () => {
    await startNode();
    const map = (size: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop' },
      data: { size },
    });
    agent.api.put(
      PODS,
      pod(
        'a',
        {
          ...shell('echo "$SIZE $NAME $(cat $PILOTAGE_ROOT/etc/app/size)"; sleep 300'),
          env: [
            { name: 'SIZE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'size' } } },
            { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          volumeMounts: [{ name: 'settings', mountPath: '/etc/app' }],
        },
        { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
      ),
    );
    await until('the complaint', () => web('a')?.state?.waiting?.reason === 'CreateContainerConfigError');
    expect(web('a')?.state?.waiting?.message).to.equal('configmap "settings" not found');
    agent.api.put(CONFIG_MAPS, map('10'));
    await ready('a');
    await until('the output', () => logOf('a') === '10 a 10\n');
  });

  it('waits with ErrImagePull for an image that it does not have and says how to get it', async () => {
    await startNode();
    agent.api.put(PODS, pod('a', { image: 'nginx:1.27' }));
    await until('the complaint', () => web('a')?.state?.waiting?.reason === 'ErrImagePull');
    expect(web('a')?.state?.waiting?.message).to.contain('pilotage image import');
    expect(status('a')?.phase).to.equal('Pending');
  });

  it('names a command that does not exist', async () => {
    await startNode();
    agent.api.put(PODS, pod('a', { command: ['no-such-program'] }));
    await until('the complaint', () => web('a')?.state?.waiting?.reason === 'RunContainerError');
    expect(web('a')?.state?.waiting?.message).to.contain('"no-such-program" is not found in PATH');
  });

  it('restarts a container that fails its liveness probe, and tells why', async () => {
    await startNode();
    const probe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 };
    agent.api.put(
      PODS,
      pod('a', { ...shell('sleep 300'), livenessProbe: probe }, { terminationGracePeriodSeconds: 1 }),
    );
    await until('a restart', () => (web('a')?.restartCount ?? 0) > 0);
    expect(events('Unhealthy')[0]?.message).to.contain('Liveness probe failed');
    expect(events('Killing')[0]?.message).to.contain('failed liveness probe, will be restarted');
  });
});
