import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Container, Pod, PodStatus } from '../../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import type { PodContext } from '../../../../src/orchestrator/node/pod/context.ts';
import { volumesDir } from '../../../../src/orchestrator/node/pod/podrecord.ts';
import { createPodWorker, type PodWorker } from '../../../../src/orchestrator/node/pod/worker.ts';
import { createLagMeter } from '../../../../src/orchestrator/node/probes/lag.ts';
import { sandboxSpecOf } from '../../../../src/orchestrator/node/spec/sandbox.ts';
import { FakeClock, settle } from '../../../fakes/clock.ts';
import { type FakeApi, fakeApi } from '../fakeapi.ts';
import { scratch, until } from '../helpers.ts';
import { FAKE_PROGRAMS } from '../runtime/fakeprograms.ts';
import { createFakeMachine, type FakeMachine } from '../runtime/fakeruntime.ts';

const SERVES = FAKE_PROGRAMS.serves(0);

/** A worker on a runtime in memory, with time that moves only when the test says so. */
describe('worker of a pod', () => {
  let place: ReturnType<typeof scratch>;
  let clock: FakeClock;
  let machine: FakeMachine;
  let api: FakeApi;
  let events: string[];
  let gone: string[];
  let workers: PodWorker[];

  beforeEach(() => {
    place = scratch();
    clock = new FakeClock();
    machine = createFakeMachine(clock);
    api = fakeApi();
    [events, gone, workers] = [[], [], []];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    place.dispose();
  });

  const pod = (containers: readonly Partial<Container>[], spec: Partial<Pod['spec']> = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web' },
    spec: {
      nodeName: 'here',
      containers: containers.map((one, n) => ({ name: `c${n}`, image: 'app', ...one })),
      ...spec,
    },
  });

  const context = (): PodContext => ({
    client: api.client,
    runtime: machine.open(),
    events: {
      record: (_pod, _type, reason, message) => void events.push(`${reason}: ${message}`),
    } as PodContext['events'],
    clock,
    lag: createLagMeter(clock),
    logger: silentLogger,
    random: () => 0,
    root: place.path,
    nodeName: 'here',
    hostIP: '192.0.2.7',
    nodeResources: { cpu: '2', memory: '1Gi' },
    localVolumes: join(place.path, 'kept'),
    tokens: { of: async () => new Map(), isDue: () => false, forget: () => {} },
    services: { knowledge: 'read', isServing: () => true, addresses: () => [] },
    makeWay: () => {},
    releasePod: async () => {},
    onGone: (uid) => void gone.push(uid),
  });

  /** What an agent does with a pod that is given to it, or that it finds. */
  async function work(object: Pod, adopted = false): Promise<PodWorker> {
    const own = context();
    const uid = object.metadata.uid ?? '';
    if (!adopted) api.put(PODS, object);
    const result = await own.runtime.runSandbox(sandboxSpecOf(object, volumesDir(place.path, uid)));
    if (!result.ok) throw new Error(result.message);
    const { sandbox } = result;
    const record = { pod: object, podIP: sandbox.address, startTime: clock.now() };
    const found = adopted ? { adopted: await own.runtime.attempts(uid) } : {};
    const worker = createPodWorker({ context: own, record, sandbox, ...found });
    workers.push(worker);
    own.runtime.subscribe(worker.wake);
    worker.wake();
    await settle();
    return worker;
  }

  const status = (): PodStatus | undefined => api.get(PODS, 'web')?.status;
  const container = (n = 0) => status()?.containerStatuses?.[n];
  const ref = (attempt: number, name = 'c0') => ({ pod: 'uid-web', container: name, attempt });
  const starts = () => machine.calls.filter((call) => call.startsWith('start'));

  it('starts the containers of a pod and reports them, with the address of the sandbox', async () => {
    await work(pod([{ command: SERVES }, { command: SERVES }]));
    expect(starts()).to.deep.equal(['start c0/0', 'start c1/0']);
    expect(status()).to.deep.include({ phase: 'Running', podIP: '10.0.0.1', hostIP: '192.0.2.7' });
    expect(container()).to.deep.include({
      ready: true,
      restartCount: 0,
      imageID: 'sha256:app',
      containerID: 'fake://uid-web/c0/0',
    });
  });

  it('gives back the network and the volumes of a pod that has come to its end, once', async () => {
    const volumes = [{ name: 'scratch', emptyDir: {} }];
    const worker = await work(
      pod([{ command: FAKE_PROGRAMS.prints('done', 0) }], { volumes, restartPolicy: 'Never' }),
    );
    await until('the end', () => status()?.phase === 'Succeeded');
    await until('its volumes to be gone', () => !existsSync(volumesDir(place.path, 'uid-web')));
    worker.wake();
    await settle();
    expect(machine.calls.filter((call) => call === 'stop the sandbox of uid-web')).to.have.length(1);
  });

  it('evicts a pod whose emptyDir holds more than its limit, which fails for good and keeps no volumes', async () => {
    const volumes = [{ name: 'scratch', emptyDir: { sizeLimit: '1Ki' } }];
    const worker = await work(pod([{ command: SERVES }], { volumes }));
    const dir = join(volumesDir(place.path, 'uid-web'), 'scratch');
    writeFileSync(join(dir, 'file'), Buffer.alloc(100_000, 1));
    await worker.checkUsage();
    const message = 'Usage of EmptyDir volume "scratch" exceeds the limit "1Ki". ';
    await until('the end', () => status()?.phase === 'Failed');
    expect(status()).to.deep.include({ reason: 'Evicted', message });
    const { reason } = status()?.conditions?.find(({ type }) => type === 'DisruptionTarget') ?? {};
    expect(reason).to.equal('TerminationByKubelet');
    expect(events).to.include(`Evicted: ${message}`);
    await until('its volumes to be gone', () => !existsSync(dir));
    expect(starts()).to.deep.equal(['start c0/0']);
  });

  it('restarts a container that ends: at once, then after 10, 20 and 40 seconds', async () => {
    await work(pod([{ command: SERVES }]));
    machine.exit(ref(0), 1);
    await settle();
    expect(starts()).to.have.length(2);
    for (const [attempt, seconds] of [
      [1, 10],
      [2, 20],
      [3, 40],
    ] as const) {
      machine.exit(ref(attempt), 1);
      await clock.advance(seconds * 1000 - 1);
      expect(container()?.state?.waiting?.reason).to.equal('CrashLoopBackOff');
      expect(starts()).to.have.length(attempt + 1);
      await clock.advance(1);
      expect(starts()).to.have.length(attempt + 2);
    }
    expect(container()).to.deep.include({ restartCount: 4 });
    expect(events.filter((event) => event.startsWith('BackOff:'))).to.have.length(3);
  });

  it('says of a container that was killed at its limit of memory that it was', async () => {
    await work(pod([{ command: SERVES }], { restartPolicy: 'Never' }));
    machine.exhaust(ref(0));
    await settle();
    expect(container()?.state?.terminated).to.deep.include({ reason: 'OOMKilled', exitCode: 137, signal: 9 });
  });

  it('waits for an image that is missing, more rarely each time, and starts when it is there', async () => {
    await work(pod([{ image: 'later', command: SERVES }]));
    expect(container()?.state?.waiting).to.deep.equal({
      reason: 'ErrImagePull',
      message: 'image "later" is not in the registry',
    });
    await clock.advance(10_000);
    expect(container()?.state?.waiting?.reason).to.equal('ImagePullBackOff');
    machine.images.add('later');
    await clock.advance(20_000);
    expect(starts()).to.deep.equal(['start c0/0']);
    expect(status()?.phase).to.equal('Running');
  });

  it('runs the other containers while the image of one is pulled', async () => {
    machine.slowImages.add('large');
    await work(pod([{ image: 'large', command: SERVES }, { command: SERVES }]));
    expect(starts()).to.deep.equal(['start c1/0']);
    machine.exit(ref(0, 'c1'), 1);
    await settle();
    expect(starts()).to.deep.equal(['start c1/0', 'start c1/1']);
    expect(container()?.state?.waiting?.reason).to.equal('ContainerCreating');
  });

  it('that is deleted cancels the pull of an image, and is gone', async () => {
    machine.slowImages.add('large');
    const worker = await work(pod([{ image: 'large', command: SERVES }]));
    const deletionTimestamp = new Date(clock.now() + 30_000).toISOString();
    const object = api.get(PODS, 'web');
    if (!object) throw new Error('the pod is gone');
    worker.update({ ...object, metadata: { ...object.metadata, deletionTimestamp } });
    await clock.advance(100);
    expect(machine.calls).to.deep.equal(['canceled the pull of large']);
    await until('its files to be removed', () => gone.includes('uid-web'));
    expect(starts()).to.deep.equal([]);
  });

  it('expands commands and hands over variables, mounts and resources as values', async () => {
    api.put(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop' },
      data: { size: '10' },
    });
    const own: Partial<Container> = {
      command: ['cat', '$(DIR)/size'],
      env: [{ name: 'DIR', value: '/etc/app' }],
      volumeMounts: [{ name: 'settings', mountPath: '/etc/app', readOnly: true }],
      resources: { limits: { cpu: '500m', memory: '64Mi' } },
    };
    const volumes = [{ name: 'settings', configMap: { name: 'settings' } }];
    await work(pod([own], { volumes, restartPolicy: 'Never' }));
    expect(status()?.phase).to.equal('Succeeded');
    const logs = machine
      .open()
      .logs(ref(0), { follow: false, timestamps: false }, new AbortController().signal);
    for await (const piece of logs) expect(String(piece)).to.equal('10\n');
  });

  it('restarts a container whose exec probe of liveness fails', async () => {
    machine.onExec = () => ({ type: 'exited', exitCode: 1 });
    await work(
      pod([
        {
          command: SERVES,
          livenessProbe: { exec: { command: ['check'] }, periodSeconds: 10, failureThreshold: 3 },
        },
      ]),
    );
    await clock.advance(25_000);
    expect(machine.calls).to.include('SIGTERM c0/0');
    expect(starts()).to.deep.equal(['start c0/0', 'start c0/1']);
    expect(events.some((event) => event.includes('failed liveness probe'))).to.equal(true);
  });

  it('ends a deleted pod with SIGTERM, confirms it, and leaves nothing of it', async () => {
    const worker = await work(pod([{ command: SERVES }]));
    const deletionTimestamp = new Date(clock.now() + 30_000).toISOString();
    const object = api.get(PODS, 'web');
    if (!object) throw new Error('the pod is gone');
    worker.update({ ...object, metadata: { ...object.metadata, deletionTimestamp } });
    await clock.advance(100);
    expect(machine.calls.slice(1)).to.deep.equal(['SIGTERM c0/0']);
    expect(api.get(PODS, 'web')).to.equal(undefined);
    await until('its files to be removed', () => gone.includes('uid-web'));
    expect(await machine.open().pods()).to.deep.equal([]);
  });

  it('kills what is still there when the grace period is over', async () => {
    const worker = await work(pod([{ command: FAKE_PROGRAMS.stubborn }]));
    const deletionTimestamp = new Date(clock.now() + 5_000).toISOString();
    const object = api.get(PODS, 'web');
    if (!object) throw new Error('the pod is gone');
    worker.update({ ...object, metadata: { ...object.metadata, deletionTimestamp } });
    await clock.advance(4_999);
    expect(machine.calls).to.deep.equal(['start c0/0', 'SIGTERM c0/0']);
    await clock.advance(1_000);
    expect(machine.calls).to.include('SIGKILL c0/0');
    await until('its files to be removed', () => gone.includes('uid-web'));
  });

  it('adopts what an earlier agent started: nothing is started again, and nothing was ever unready', async () => {
    const readinessProbe = { exec: { command: ['check'] } };
    machine.onExec = () => ({ type: 'exited', exitCode: 0 });
    const first = await work(pod([{ command: SERVES, readinessProbe }]));
    await clock.advance(1_000);
    expect(container()?.ready).to.equal(true);
    await first.stop();
    const recorded = JSON.parse(readFileSync(join(place.path, 'uid-web', '.pod.json'), 'utf8')).pod;
    machine.onExec = () => ({ type: 'exited', exitCode: 1 });
    await work(recorded, true);
    expect(starts()).to.deep.equal(['start c0/0']);
    expect(container()).to.deep.include({ ready: true, restartCount: 0 });
  });

  it('restarts with what ran before while the API is away', async () => {
    await work(pod([{ command: SERVES }]));
    api.isDown = true;
    machine.exit(ref(0), 1);
    await settle();
    expect(starts()).to.deep.equal(['start c0/0', 'start c0/1']);
  });
});
