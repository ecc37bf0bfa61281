import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectEngine, type Engine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { fixture, Kubectl } from './kubectl.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';

interface Status {
  readonly phase: string;
  readonly containerStatuses?: readonly {
    readonly containerID?: string;
    readonly restartCount: number;
    readonly state: {
      readonly waiting?: { readonly reason: string; readonly message: string };
      readonly terminated?: { readonly reason: string; readonly exitCode: number; readonly message?: string };
    };
    readonly lastState: { readonly terminated?: { readonly message?: string; readonly exitCode: number } };
  }[];
}

describe('e2e: pods of container images', function () {
  this.timeout(60_000);
  let engine: Engine;
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    engine = await connectEngine(SOCKET);
    await ensureBusybox(engine);
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
    await k.ok('apply', '-f', fixture('containers.yaml'));
    await rolledOut();
  });
  after(() => pilotage.stop());

  const rolledOut = () => k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
  const aPod = async () => (await k.lines('get', 'pods', '-l', 'app=web', '-o', 'name'))[0] ?? '';
  const status = async (pod: string) =>
    (await k.get<{ status: Status }>(pod.includes('/') ? pod : `pod/${pod}`)).status;
  const containers = async () => {
    const record = await readFile(join(pilotage.dataDir, 'agent', 'containers', 'engine.json'), 'utf8');
    return engine.list([`dev.pilotage.agent=${JSON.parse(record).agent}`]);
  };
  const page = async (host: string) =>
    fetch(`http://${host}`, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.text(),
      (error: Error) => error.message,
    );
  const service = async () => `${await k.jsonpath('service/web', '.spec.clusterIP')}:8000`;
  const start = (name: string, container: object, spec: object = {}) =>
    k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: BUSYBOX, env: [{ name: 'PATH', value: '/bin' }], ...container }],
        ...spec,
      },
    });
  const ids = async () =>
    (
      await k.lines(
        'get',
        'pods',
        '-l',
        'app=web',
        '-o',
        'jsonpath={.items[*].status.containerStatuses[0].containerID}',
      )
    ).join();

  it('answer behind a Service, and the node says which engine has them', async () => {
    await eventually('an answer', async () => (await page(await service())) === 'hello from a container\n');
    const [node] = await k.lines('get', 'nodes', '-o', 'name');
    const version = await k.jsonpath(node ?? '', '.status.nodeInfo.containerRuntimeVersion');
    expect(version).to.match(/^(podman|docker):\/\/\d/);
    const path = '.status.conditions[?(@.type=="pilotage.dev/ContainerEngine")].message';
    expect(await k.jsonpath(node ?? '', path)).to.contain(SOCKET);
  });

  it('have their name, their output, and their volumes, of which one that is read-only is', async () => {
    const pod = await aPod();
    const name = pod.slice('pod/'.length);
    expect(await k.ok('logs', pod)).to.equal(`${name} serves`);
    expect(await k.ok('exec', pod, '--', 'hostname')).to.equal(name);
    expect(await k.ok('exec', pod, '--', 'sh', '-c', 'touch /scratch/x && ls /scratch')).to.equal('x');
    expect(await k.fails('exec', pod, '--', 'touch', '/www/x')).to.contain('Read-only file system');
    expect(await k.fails('exec', pod, '--', 'no-such-program')).to.contain('no-such-program');
  });

  it('find what is behind a claim, each after the other, until the claim is deleted', async () => {
    await k.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'kept' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'kept' } }];
    const once = async (name: string, script: string, mount: object) => {
      const volumeMounts = [{ name: 'data', mountPath: '/data', ...mount }];
      await start(name, { command: ['sh', '-c', script], volumeMounts }, { restartPolicy: 'Never', volumes });
      await eventually(`the end of ${name}`, async () => /Succeeded|Failed/.test((await status(name)).phase));
      return k.ok('logs', name);
    };
    await once('writer', 'echo kept > /data/file', { subPath: 'part' });
    const script = 'cat /data/part/file; touch /data/no || echo refused';
    const said = await once('reader', script, { readOnly: true });
    expect(said.split('\n')).to.include.members(['kept', 'refused']);
    await k.ok('delete', 'pod/writer', 'pod/reader', 'pvc/kept');
    await eventually('no volume', async () => (await k.ok('get', 'pv', '--no-headers')) === '');
  });

  it('go on when the agent is killed, and are the same to the next one', async () => {
    const [before, agent] = [await ids(), await pilotage.agentPid()];
    process.kill(agent, 'SIGKILL');
    expect(await page(`${await k.jsonpath(await aPod(), '.status.podIP')}:8080`)).to.contain('hello');
    await eventually('the next agent', async () => (await pilotage.agentPid()) !== agent);
    await eventually('an answer', async () => (await page(await service())) === 'hello from a container\n');
    expect(await ids()).to.equal(before);
    expect((await status(await aPod())).containerStatuses?.[0]?.restartCount).to.equal(0);
  });

  it('are started again where they are reached when their networks end, and are found where they are then', async () => {
    const each = (path: string) =>
      k.lines('get', 'pods', '-l', 'app=web', '-o', `jsonpath={range .items[*]}{${path}}{"\\n"}{end}`);
    const restarts = () => each('.status.containerStatuses[0].restartCount');
    const before = await restarts();
    const isSandbox = ({ Labels }: { Labels?: object | null }) =>
      !('dev.pilotage.container' in (Labels ?? {}));
    const sandboxes = (await containers()).filter(isSandbox);
    await Promise.all(sandboxes.map(({ Id }) => engine.kill(Id, 'SIGKILL')));
    await eventually('new starts, and answers', async () => {
      if ((await restarts()).some((count, i) => count === before[i])) return false;
      const pages = (await each('.status.podIP')).map((address) => page(`${address}:8080`));
      return (await Promise.all(pages)).every((text) => text === 'hello from a container\n');
    });
    await rolledOut();
    await eventually('an answer', async () => (await page(await service())) === 'hello from a container\n');
  });

  it('that crash are run again with a back-off, and say why they ended', async () => {
    const script = 'echo about to fail; echo no disk > /dev/termination-log; exit 3';
    await start('crash', { command: ['sh', '-c', script] });
    await eventually('the back-off', async () => {
      const [one] = (await status('crash')).containerStatuses ?? [];
      return one?.state.waiting?.reason === 'CrashLoopBackOff';
    });
    const [one] = (await status('crash')).containerStatuses ?? [];
    expect(one?.lastState.terminated).to.deep.include({ exitCode: 3, message: 'no disk\n' });
    expect(await k.ok('logs', 'crash', '--previous')).to.equal('about to fail');
  });

  it('run as the user that their security context names, and may not do what it forbids', async () => {
    const securityContext = {
      runAsUser: 1234,
      runAsGroup: 5678,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    };
    const script = 'id; cat /proc/self/status; touch /x';
    await start('secure', { command: ['sh', '-c', script], securityContext }, { restartPolicy: 'Never' });
    await k.ok('wait', 'pod/secure', '--for=jsonpath={.status.phase}=Failed', '--timeout=30s');
    const said = await k.ok('logs', 'secure');
    expect(said)
      .to.match(/^uid=1234\b.* gid=5678\b/)
      .and.contain('Read-only file system');
    expect(said)
      .to.match(/NoNewPrivs:\s*1/)
      .and.match(/CapBnd:\s*0000000000000000/);
    await start('rooted', { command: ['id'], securityContext: { runAsNonRoot: true } });
    await eventually('the refusal', async () => {
      const waiting = (await status('rooted')).containerStatuses?.[0]?.state.waiting;
      return waiting?.message === 'container has runAsNonRoot and image will run as root';
    });
  });

  it('share volumes with their init containers, one after the other', async () => {
    const mount = { volumeMounts: [{ name: 'd', mountPath: '/d' }] };
    const init = (name: string) => ({
      name,
      image: BUSYBOX,
      env: [{ name: 'PATH', value: '/bin' }],
      command: ['sh', '-c', `echo ${name} >> /d/f`],
      ...mount,
    });
    await start(
      'inits',
      { command: ['cat', '/d/f'], ...mount },
      {
        restartPolicy: 'Never',
        initContainers: [init('first'), init('second')],
        volumes: [{ name: 'd', emptyDir: {} }],
      },
    );
    await k.ok('wait', 'pod/inits', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=30s');
    expect(await k.lines('logs', 'inits', '-c', 'main')).to.deep.equal(['first', 'second']);
  });

  it('whose image is missing wait with the reason, by their pull policy', async () => {
    const image = '127.0.0.1:1/none:1';
    await start('pulls', { image });
    await start('never', { image, imagePullPolicy: 'Never' });
    const waiting = async (pod: string) => (await status(pod)).containerStatuses?.[0]?.state.waiting;
    await eventually('both say so', async () => {
      const [pulls, never] = [await waiting('pulls'), await waiting('never')];
      return (
        /^(ErrImagePull|ImagePullBackOff)$/.test(pulls?.reason ?? '') && never?.reason === 'ErrImageNeverPull'
      );
    });
    expect((await waiting('pulls'))?.message).to.contain('127.0.0.1:1');
    expect(await k.ok('get', 'events', '-o', 'custom-columns=M:.message')).to.contain(
      `Pulling image "${image}"`,
    );
  });

  it('run beside pods of processes', async () => {
    await start('process', { image: 'host', env: [], command: ['sh', '-c', 'echo $HOST; sleep 300'] });
    await k.ok('wait', 'pod/process', '--for=condition=Ready', '--timeout=20s');
    expect(await k.ok('logs', 'process')).to.match(/^127\./);
  });

  it('come back after `pilotage down` and `up`, and count no restart', async () => {
    const restarts = async () => (await status(await aPod())).containerStatuses?.[0]?.restartCount;
    const before = await restarts();
    await pilotage.cli('down');
    expect((await containers()).filter(({ State }) => State === 'running')).to.deep.equal([]);
    await pilotage.up('--engine', SOCKET);
    await eventually('an answer', async () => (await page(await service())) === 'hello from a container\n');
    await rolledOut();
    expect(await restarts()).to.equal(before);
  });

  it('that are deleted leave nothing with the engine', async () => {
    await k.ok('delete', 'deployment,pod', '--all', '--timeout=30s');
    await eventually('nothing to be left', async () => (await containers()).length === 0);
    const left = () => execFileSync('find', [pilotage.dataDir, '-path', '*/agent/containers/*/*']).toString();
    await eventually('no file of theirs to be left', async () => left() === '');
  });
});

describe('e2e: an ephemeral Pilotage with containers', function () {
  this.timeout(60_000);

  it('leaves nothing with the engine', async () => {
    const engine = await connectEngine(SOCKET);
    const own = async () => (await engine.list(['dev.pilotage.pod'])).length;
    const before = await own();
    const options = ['--engine', SOCKET, '--ephemeral'];
    const pilotage = await Pilotage.start([], undefined, undefined, options);
    const k = await Kubectl.inNamespace(pilotage, 'boxes');
    await k.ok('apply', '-f', fixture('containers.yaml'));
    await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
    expect(await own()).to.equal(before + 4);
    process.kill(pilotage.ready.pid, 'SIGTERM');
    await eventually('nothing to be left', async () => (await own()) === before);
    await pilotage.stop();
  });
});
