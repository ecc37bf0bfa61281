import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectEngine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { fixture, Kubectl } from './kubectl.ts';

/** How the engine of these tests serves a socket; absent where it is another's, which nobody may end. */
const SERVICE = process.env.ENGINE_SERVICE;

describe('e2e: an engine that ends and comes back', function () {
  this.timeout(90_000);
  let place: string;
  let socket: string;
  let service: ChildProcess;
  let pilotage: Pilotage;
  let k: Kubectl;

  async function serve(): Promise<void> {
    const { args, env } = JSON.parse(SERVICE ?? '{}');
    rmSync(socket, { force: true });
    service = spawn('podman', [...args, `unix://${socket}`], { env, stdio: 'ignore' });
    await eventually('the engine', async () => existsSync(socket));
  }

  before(async function () {
    if (!SERVICE) return this.skip();
    place = mkdtempSync(join(tmpdir(), 'pilotage-service-'));
    socket = join(place, 'engine.sock');
    await serve();
    await ensureBusybox(await connectEngine(socket));
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', socket]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
    await k.ok('apply', '-f', fixture('containers.yaml'));
    await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
  });
  after(async () => {
    await pilotage?.stop();
    service?.kill();
    if (place) rmSync(place, { recursive: true, force: true });
  });

  const page = async () =>
    fetch(`http://${await k.jsonpath('service/web', '.spec.clusterIP')}:8000`, {
      signal: AbortSignal.timeout(2_000),
    }).then(
      (answer) => answer.text(),
      (error: Error) => error.message,
    );
  const statuses = () =>
    k.ok(
      'get',
      'pods',
      '-l',
      'app=web',
      '-o',
      'jsonpath={range .items[*]}{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}{"\\n"}{end}',
    );
  const start = (name: string, script: string) =>
    k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        terminationGracePeriodSeconds: 1,
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image: BUSYBOX,
            env: [{ name: 'PATH', value: '/bin' }],
            command: ['sh', '-c', script],
          },
        ],
      },
    });

  it('leaves its containers as they are, and sees afterwards what ended meanwhile', async () => {
    await start('ends', 'sleep 6; exit 7');
    await k.ok('wait', 'pod/ends', '--for=condition=Ready', '--timeout=30s');
    const before = await statuses();
    service.kill('SIGKILL');
    await start('waits', 'echo ran');
    expect(await page()).to.equal('hello from a container\n');
    await eventually('the reason', async () =>
      (await k.ok('get', 'events', '-o', 'custom-columns=M:.message')).includes(socket),
    );
    expect(await statuses()).to.equal(before);
    await serve();
    await k.ok('wait', 'pod/waits', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=40s');
    await k.ok('wait', 'pod/ends', '--for=jsonpath={.status.phase}=Failed', '--timeout=40s');
    const ended = '.status.containerStatuses[0].state.terminated.exitCode';
    expect(await k.jsonpath('pod/ends', ended)).to.equal('7');
    expect(await statuses()).to.equal(before);
    const [pod = ''] = await k.lines('get', 'pods', '-l', 'app=web', '-o', 'name');
    expect(await k.ok('exec', pod, '--', 'echo', 'here')).to.equal('here');
  });

  it('has nothing of pods that are deleted while it is away', async () => {
    await start('deleted', 'sleep 600');
    await k.ok('wait', 'pod/deleted', '--for=condition=Ready', '--timeout=30s');
    const uid = await k.jsonpath('pod/deleted', '.metadata.uid');
    service.kill('SIGKILL');
    await k.ok('delete', 'pod/deleted', '--wait=false');
    await serve();
    await k.ok('wait', 'pod/deleted', '--for=delete', '--timeout=40s');
    const engine = await connectEngine(socket);
    await eventually(
      'nothing to be left',
      async () => (await engine.list([`dev.pilotage.pod=${uid}`])).length === 0,
    );
  });
});
