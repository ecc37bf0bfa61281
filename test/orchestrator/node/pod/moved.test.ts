import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../../src/base/log.ts';
import { createInformer } from '../../../../src/kube/client/informer.ts';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { createPods, type Pods } from '../../../../src/orchestrator/node/pod/pods.ts';
import { createLagMeter } from '../../../../src/orchestrator/node/probes/lag.ts';
import { FakeClock, settle } from '../../../fakes/clock.ts';
import { type FakeApi, fakeApi } from '../fakeapi.ts';
import { scratch, until } from '../helpers.ts';
import { FAKE_PROGRAMS } from '../runtime/fakeprograms.ts';
import { createFakeMachine, type FakeMachine } from '../runtime/fakeruntime.ts';

describe('a pod whose sandbox got another address', () => {
  let place: ReturnType<typeof scratch>;
  let machine: FakeMachine;
  let api: FakeApi;
  let pods: Pods;
  let events: string[];
  let stopping: AbortController;

  beforeEach(async () => {
    place = scratch();
    const clock = new FakeClock();
    machine = createFakeMachine(clock);
    api = fakeApi();
    events = [];
    stopping = new AbortController();
    pods = createPods({
      client: api.client,
      runtime: machine.open(),
      events: { record: (_pod, _type, reason) => void events.push(reason), flush: async () => {} },
      informer: createInformer({ client: api.client, resource: PODS, clock, logger: silentLogger }),
      clock,
      lag: createLagMeter(clock),
      logger: silentLogger,
      random: () => 0,
      root: join(place.path, 'pods'),
      nodeName: 'here',
      hostIP: '192.0.2.7',
      nodeResources: { cpu: '2', memory: '1Gi' },
      localVolumes: join(place.path, 'kept'),
      services: { knowledge: 'read', isServing: () => true, addresses: () => [] },
      releasePod: async () => {},
    });
    await pods.start(stopping.signal);
    api.put(PODS, WEB);
    await settle();
    expect(status()?.podIP).to.equal('10.0.0.1');
  });
  afterEach(async () => {
    stopping.abort();
    await pods.stop();
    place.dispose();
  });

  const WEB: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web' },
    spec: {
      nodeName: 'here',
      containers: [{ name: 'main', image: 'app', command: FAKE_PROGRAMS.serves(0) }],
    },
  };
  const status = () => api.get(PODS, 'web')?.status;

  it('is reported there, and its containers are started again', async () => {
    machine.move('uid-web');
    await settle();
    expect(status()).to.deep.include({ phase: 'Running', podIP: '10.0.0.2' });
    expect(status()?.containerStatuses?.[0]?.restartCount).to.equal(1);
    expect(machine.calls).to.deep.equal(['start main/0', 'start main/1']);
    expect(events).to.include('SandboxChanged');
  });

  it('and that was deleted meanwhile ends', async () => {
    machine.move('uid-web');
    api.remove(PODS, 'web');
    await until(
      'its end',
      async () => (await machine.open().pods()).length === 0 && pods.list().length === 0,
    );
  });
});
