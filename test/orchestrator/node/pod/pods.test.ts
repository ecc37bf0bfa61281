import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Container, Pod, PodStatus, Probe } from '../../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, EVENTS, LEASES, NODES, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { createNode, type PilotageNode, stopAllPods } from '../../../../src/orchestrator/node.ts';
import { type FakeApi, fakeApi } from '../fakeapi.ts';
import { scratch, until } from '../helpers.ts';

const SERVER = `
const http = require('http');
const server = http.createServer((req, res) => res.end(process.pid + ' ' + process.env.HOST));
server.listen(process.env.PORT, process.env.HOST, () => console.log('listening'));
process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });`;

describe('node agent', function () {
  this.timeout(30_000);
  let place: ReturnType<typeof scratch>;
  let api: FakeApi;
  let nodes: PilotageNode[];
  let range = 210;

  const startNode = async (): Promise<PilotageNode> => {
    const node = createNode({
      client: api.client,
      nodeName: 'here',
      dir: place.path,
      hostIP: '127.0.0.1',
      podCidr: `127.${range}.0.0/16`,
      imageStoreDir: join(place.path, 'images'),
      link: { url: 'http://127.0.0.1:1' },
      hostEnvironment: { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: place.path },
      clock: systemClock,
      logger: silentLogger,
      random: () => 0,
    });
    nodes.push(node);
    await node.start();
    return node;
  };
  const pod = (name: string, container: Partial<Container>, spec: Partial<Pod['spec']> = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec: { nodeName: 'here', containers: [{ name: 'web', image: 'host', ...container }], ...spec },
  });
  const shell = (script: string): Partial<Container> => ({ command: ['sh', '-c', script] });
  const status = (name: string) => api.get(PODS, name)?.status;
  const web = (name: string) => status(name)?.containerStatuses?.[0];
  const condition = (name: string, type: string) =>
    status(name)?.conditions?.find((one) => one.type === type);
  const logOf = (name: string, attempt = 0) =>
    readFileSync(join(place.path, 'pods', `uid-${name}`, 'web', String(attempt), 'log'), 'utf8');
  const events = (reason: string) => api.list(EVENTS).filter((one) => one.reason === reason);
  const server = (more: Partial<Container> = {}): Partial<Container> => ({
    command: ['node', '-e', SERVER],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { port: 'http' } },
    ...more,
  });
  const ready = (name: string) =>
    until(`${name} to be ready`, () => condition(name, 'Ready')?.status === 'True');

  beforeEach(() => {
    place = scratch();
    api = fakeApi();
    nodes = [];
    range++;
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await stopAllPods(place.path, { graceMs: 0 });
    place.dispose();
  });

  it('registers its machine as a Node with a Lease', async () => {
    await startNode();
    await until('a heartbeat', () => api.get(LEASES, 'here') && api.get(NODES, 'here')?.status);
    const node = api.get(NODES, 'here');
    expect(node?.metadata.labels).to.include({
      'kubernetes.io/hostname': 'here',
      'kubernetes.io/os': 'linux',
    });
    expect(node?.status?.capacity).to.include({ pods: '250' });
    expect(node?.status?.conditions?.find((one) => one.type === 'Ready')?.status).to.equal('True');
  });

  it('runs a pod on an address of its own until it answers its readiness probe', async () => {
    await startNode();
    api.put(PODS, pod('a', server()));
    api.put(PODS, pod('b', server()));
    await Promise.all([ready('a'), ready('b')]);
    expect(status('a')?.podIP).to.not.equal(status('b')?.podIP);
    const answer = await fetch(`http://${status('a')?.podIP}:8080/`);
    expect(await answer.text()).to.match(new RegExp(`^\\d+ ${status('a')?.podIP}$`));
    expect(status('a')).to.deep.include({ phase: 'Running', qosClass: 'BestEffort' });
  });

  it('restarts a container that ends, at once the first time, and then says CrashLoopBackOff', async () => {
    await startNode();
    api.put(PODS, pod('a', shell('echo hello; exit 3')));
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
    api.put(PODS, pod('a', shell('kill -9 $$$$'), { restartPolicy: 'Never' }));
    await until('the end', () => status('a')?.phase === 'Failed');
    expect(web('a')?.state?.terminated).to.deep.include({ exitCode: 137, signal: 9, reason: 'Error' });
    api.put(PODS, pod('b', shell('true'), { restartPolicy: 'Never' }));
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
    api.put(
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
    api.put(
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
    api.put(CONFIG_MAPS, map('10'));
    await ready('a');
    await until('the output', () => logOf('a') === '10 a 10\n');
  });

  it('waits with ErrImagePull for an image that it does not have and says how to get it', async () => {
    await startNode();
    api.put(PODS, pod('a', { image: 'nginx:1.27' }));
    await until('the complaint', () => web('a')?.state?.waiting?.reason === 'ErrImagePull');
    expect(web('a')?.state?.waiting?.message).to.contain('pilotage image import');
    expect(status('a')?.phase).to.equal('Pending');
  });

  it('names a command that does not exist', async () => {
    await startNode();
    api.put(PODS, pod('a', { command: ['no-such-program'] }));
    await until('the complaint', () => web('a')?.state?.waiting?.reason === 'RunContainerError');
    expect(web('a')?.state?.waiting?.message).to.contain('"no-such-program" is not found in PATH');
  });

  it('restarts a container that fails its liveness probe, and tells why', async () => {
    await startNode();
    const probe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 };
    api.put(
      PODS,
      pod('a', { ...shell('sleep 300'), livenessProbe: probe }, { terminationGracePeriodSeconds: 1 }),
    );
    await until('a restart', () => (web('a')?.restartCount ?? 0) > 0);
    expect(events('Unhealthy')[0]?.message).to.contain('Liveness probe failed');
    expect(events('Killing')[0]?.message).to.contain('failed liveness probe, will be restarted');
  });

  it('names a container that listens on the wildcard address', async () => {
    await startNode();
    const script = SERVER.replace('process.env.PORT, process.env.HOST,', 'Number(process.env.PORT),');
    api.put(PODS, pod('a', { command: ['node', '-e', script], ports: [{ containerPort: 28_000 + range }] }));
    await until('the condition', () => condition('a', 'pilotage.dev/WildcardAddress')?.status === 'True');
    expect(condition('a', 'pilotage.dev/WildcardAddress')?.message).to.contain(
      `listens on port ${28_000 + range}`,
    );
    expect(condition('a', 'Ready')).to.deep.include({ status: 'False', reason: 'ListensOnWildcard' });
    expect(web('a')?.ready).to.equal(false);
    await until('the event', () => events('ListensOnWildcard').length > 0);
  });

  it('says of a container without probes whether it listens on the port that it declares', async () => {
    await startNode();
    const ports = [{ containerPort: 8080 }];
    const late = SERVER.replace(/server\.listen.*/, (listen) => `setTimeout(() => { ${listen} }, 700);`);
    api.put(PODS, pod('late', { command: ['node', '-e', late], ports }));
    api.put(PODS, pod('never', { command: ['sleep', '300'], ports }));
    api.put(PODS, pod('undeclared', { command: ['sleep', '300'] }));
    api.put(PODS, pod('probed', server()));
    const listening = (name: string) => condition(name, 'pilotage.dev/Listening');
    // There before anybody has looked: nobody sees it ready without.
    await ready('late');
    expect(listening('late')).to.deep.include({
      status: 'False',
      reason: 'NotListening',
      message: 'container web declares port 8080 and does not listen on it',
    });
    await until('it to listen', () => listening('late')?.status === 'True');
    await Promise.all(['never', 'undeclared', 'probed'].map(ready));
    expect(listening('never')?.status).to.equal('False');
    expect([listening('undeclared'), listening('probed')]).to.deep.equal([undefined, undefined]);
  });

  describe('beside a pod that listens on every address', () => {
    const port = () => 28_000 + range;
    const beside = (command: string[], more: Partial<Container> = {}) => ({
      command,
      ports: [{ name: 'http', containerPort: port() }],
      ...more,
    });
    const wild = () => [
      'node',
      '-e',
      SERVER.replace('process.env.PORT, process.env.HOST,', 'Number(process.env.PORT),'),
    ];
    const probes = (): [string, Probe][] => [
      ['http', { httpGet: { port: port() }, periodSeconds: 1 }],
      ['tcp', { tcpSocket: { port: port() }, periodSeconds: 1 }],
    ];
    beforeEach(async () => {
      await startNode();
      api.put(PODS, pod('wild', beside(wild())));
      await until('it to listen', () => condition('wild', 'pilotage.dev/WildcardAddress'));
    });

    it('a pod that declares the port gets it: who listens on every address makes way', async () => {
      api.put(
        PODS,
        pod('right', beside(['node', '-e', SERVER], { readinessProbe: { httpGet: { port: 'http' } } })),
      );
      await ready('right');
      expect(web('wild')?.state?.waiting?.reason).to.equal('ListensOnWildcard');
    });

    it('no probe of another pod is answered by it, and the failure names it', async () => {
      for (const [name, readinessProbe] of probes())
        api.put(PODS, pod(name, { command: ['sleep', '300'], readinessProbe }));
      for (const [name] of probes()) {
        const failed = await until('a failed look', () =>
          events('Unhealthy').find((one) => one.involvedObject.uid === `uid-${name}`),
        );
        expect(failed.message).to.equal(
          `Readiness probe failed: port ${port()} is answered by pod shop/wild, which listens on every address`,
        );
        expect(condition(name, 'Ready')?.status).to.equal('False');
      }
    });
  });

  it('takes for its own the socket of a child, of a cluster, and of a daemon that left its group', async () => {
    await startNode();
    const file = join(place.path, 'server.cjs');
    writeFileSync(file, SERVER);
    const forks = join(place.path, 'cluster.cjs');
    writeFileSync(
      forks,
      `const c = require('cluster'); if (c.isPrimary) { c.fork(); c.fork(); } else { ${SERVER} }`,
    );
    const commands: Record<string, string[]> = {
      child: ['sh', '-c', `node ${file} & wait`],
      cluster: ['node', forks],
      daemon: ['sh', '-c', `(setsid node ${file} &) & sleep 300`],
    };
    for (const [name, command] of Object.entries(commands)) api.put(PODS, pod(name, server({ command })));
    await Promise.all(Object.keys(commands).map(ready));
    const daemon = await (await fetch(`http://${status('daemon')?.podIP}:8080/`)).text();
    api.delete(PODS, 'daemon');
    // It has left the group of its container, and ends with it all the same.
    await until('the end of the daemon', () => !existsSync(`/proc/${daemon.split(' ')[0]}`));
  });

  it('ends a deleted pod gracefully, confirms it, and keeps nothing of it', async () => {
    await startNode();
    api.put(PODS, pod('a', shell('trap "exit 0" TERM; echo up; while :; do sleep 0.02; done')));
    await until(
      'the trap to be set',
      () => existsSync(join(place.path, 'pods/uid-a/web/0/log')) && logOf('a').includes('up'),
    );
    api.delete(PODS, 'a');
    await until('the confirmation', () => api.get(PODS, 'a') === undefined);
    await until('the clean-up', () => !existsSync(join(place.path, 'pods', 'uid-a')));
  });

  it('kills what does not end within its grace period', async () => {
    await startNode();
    api.put(PODS, pod('a', shell('trap "" TERM; echo up; while :; do sleep 0.02; done')));
    await until('the trap to be set', () => web('a')?.state?.running && logOf('a').includes('up'));
    api.delete(PODS, 'a', 0);
    await until('the confirmation', () => api.get(PODS, 'a') === undefined);
  });

  it('runs preStop before SIGTERM', async () => {
    await startNode();
    const preStop = { exec: { command: ['sh', '-c', `echo preStop > ${join(place.path, 'order')}`] } };
    const script = `trap "cat ${join(place.path, 'order')} > ${join(place.path, 'seen')}; exit 0" TERM; echo up; while :; do sleep 0.02; done`;
    api.put(PODS, pod('a', { ...shell(script), lifecycle: { preStop } }));
    await until('the trap to be set', () => web('a')?.state?.running && logOf('a').includes('up'));
    api.delete(PODS, 'a');
    await until('the confirmation', () => api.get(PODS, 'a') === undefined);
    expect(readFileSync(join(place.path, 'seen'), 'utf8')).to.equal('preStop\n');
  });

  it('goes on restarting, probing and serving while the API is away, also as a new agent', async () => {
    const first = await startNode();
    api.put(PODS, pod('a', server()));
    await ready('a');
    const address = `http://${status('a')?.podIP}:8080/`;
    const pid = Number((await (await fetch(address)).text()).split(' ')[0]);
    await first.stop();
    api.isDown = true;
    await startNode();
    expect(await (await fetch(address)).text()).to.match(new RegExp(`^${pid} `));
    process.kill(pid, 'SIGKILL');
    await until('another process', async () => {
      const text = await fetch(address).then(
        (answer) => answer.text(),
        () => '',
      );
      return text !== '' && !text.startsWith(`${pid} `);
    });
    api.isDown = false;
    await until('the status', () => web('a')?.restartCount === 1);
    expect(web('a')?.lastState?.terminated).to.deep.include({ exitCode: 137 });
  });

  it('starts what was taken down with its node at once, however often, and counts no restart', async () => {
    let node = await startNode();
    api.put(PODS, pod('a', server()));
    const seen: (number | undefined)[] = [];
    for (let times = 0; times < 3; times++) {
      await ready('a');
      await node.stop();
      await stopAllPods(place.path);
      node = await startNode();
      await until('a new process', () => existsSync(join(place.path, `pods/uid-a/web/${times + 1}/pid`)));
      await until('the status', () => web('a')?.containerID?.endsWith(`/${times + 1}`));
      seen.push(web('a')?.restartCount);
    }
    await ready('a');
    expect(seen).to.deep.equal([0, 0, 0]);
    expect(web('a')?.lastState).to.deep.equal({});
  });

  it('ends pods that were removed by force while no agent ran', async () => {
    const first = await startNode();
    api.put(PODS, pod('a', server()));
    await ready('a');
    await first.stop();
    api.remove(PODS, 'a');
    await startNode();
    await until('the clean-up', () => !existsSync(join(place.path, 'pods', 'uid-a')));
  });

  it('reports the true exit code of a container that ended while no agent ran', async () => {
    const first = await startNode();
    const flag = join(place.path, 'flag');
    api.put(
      PODS,
      pod('a', shell(`while [ ! -e ${flag} ]; do sleep 0.02; done; exit 42`), { restartPolicy: 'Never' }),
    );
    await until('the start', () => web('a')?.state?.running);
    await first.stop();
    writeFileSync(flag, '');
    await until('the end', () => existsSync(join(place.path, 'pods/uid-a/web/0/exit')));
    await startNode();
    await until('the status', () => web('a')?.state?.terminated?.exitCode === 42);
  });

  it('survives kill -9: the next agent has the same processes, not restarted, with one log', async () => {
    const ticker = server({
      command: ['node', '-e', `${SERVER} let n = 0; setInterval(() => console.log('tick ' + n++), 20);`],
    });
    const object = pod('a', ticker);
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        fileURLToPath(new URL('./pods.child.ts', import.meta.url)),
        place.path,
        `127.${range}.0.0/16`,
        JSON.stringify(object),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    const before: PodStatus = JSON.parse(line.split('\n')[0] ?? '');
    const address = `http://${before.podIP}:8080/`;
    const said = await (await fetch(address)).text();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await (await fetch(address)).text()).to.equal(said);

    api.put(PODS, { ...object, status: before });
    await startNode();
    const readyAlways: (string | undefined)[] = [];
    const ticks = () => logOf('a').match(/tick \d+/g) ?? [];
    const count = ticks().length;
    await until('more output', () => {
      readyAlways.push(condition('a', 'Ready')?.status);
      return ticks().length > count + 20;
    });
    expect(await (await fetch(address)).text()).to.equal(said);
    expect(web('a')).to.deep.include({ restartCount: 0, ready: true });
    expect(ticks()).to.deep.equal(ticks().map((_, n) => `tick ${n}`));
    expect(new Set(readyAlways)).to.deep.equal(new Set(['True']));
  });
});
