import { join } from 'node:path';
import { silentLogger } from '../../../../src/base/log.ts';
import { createInformer } from '../../../../src/kube/client/informer.ts';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { createPods, type Pods } from '../../../../src/orchestrator/node/pod/pods.ts';
import { createLagMeter } from '../../../../src/orchestrator/node/probes/lag.ts';
import type { PodRuntime } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import { FakeClock, settle } from '../../../fakes/clock.ts';
import { type FakeApi, fakeApi } from '../fakeapi.ts';
import { scratch } from '../helpers.ts';
import { FAKE_PROGRAMS } from '../runtime/fakeprograms.ts';
import { createFakeMachine, type FakeMachine } from '../runtime/fakeruntime.ts';

export const WEB: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'uid-web' },
  spec: {
    nodeName: 'here',
    containers: [{ name: 'main', image: 'app', command: FAKE_PROGRAMS.serves(0) }],
  },
};

/** The pods of a node on a machine in memory, with one pod that serves; made anew for each test of the suite that calls it. */
export function useFakePods() {
  let place: ReturnType<typeof scratch>;
  let clock: FakeClock;
  let machine: FakeMachine;
  let api: FakeApi;
  let pods: Pods;
  let events: string[];
  let stopping: AbortController;

  /** Another agent on the same machine, with the directory of the one before. */
  async function startPods(runtime: PodRuntime = machine.open()): Promise<void> {
    stopping = new AbortController();
    pods = createPods({
      client: api.client,
      runtime,
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
    await settle();
  }

  async function stopPods(): Promise<void> {
    stopping.abort();
    await pods.stop();
  }

  beforeEach(async () => {
    place = scratch();
    clock = new FakeClock();
    machine = createFakeMachine(clock);
    api = fakeApi();
    events = [];
    await startPods();
    api.put(PODS, WEB);
    await settle();
  });
  afterEach(async () => {
    await stopPods();
    place.dispose();
  });

  return {
    startPods,
    stopPods,
    status: () => api.get(PODS, 'web')?.status,
    get clock() {
      return clock;
    },
    get machine() {
      return machine;
    },
    get api() {
      return api;
    },
    get pods() {
      return pods;
    },
    get events() {
      return events;
    },
  };
}
