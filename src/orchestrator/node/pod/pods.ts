import type { Clock } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Informer } from '../../../kube/client/informer.ts';
import type { Pod } from '../../../kube/kinds/objects.ts';
import { HOST_IP, nextAddress, usesHostNetwork } from '../addresses.ts';
import type { RunningContainer } from '../runtime/process/socketowners.ts';
import type { PodContext } from './context.ts';
import { type PodRecord, readPodRecords, writePodRecord } from './podrecord.ts';
import { createPodWorker, type PodWorker } from './worker.ts';

export interface PodsOptions extends Omit<PodContext, 'onGone' | 'makeWay'> {
  readonly podCidr: string;
  /** Pods of this node. */
  readonly informer: Informer<Pod>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** All pods of this node: those that are recorded here, and those that the API gives it. */
export interface Pods {
  /** Takes up what an earlier agent left, without a word from the API; then starts and follows the informer. */
  start(signal: AbortSignal): void;
  list(): readonly PodWorker[];
  find(uid: string): PodWorker | undefined;
  /** Something changed that all of them may have waited for. */
  wake(this: void): void;
  /** Leaves all processes alone. */
  stop(): Promise<void>;
}

/** What runs of a pod, for whoever asks whose sockets are whose. */
export function runningOf({ uid, record, running }: PodWorker): readonly RunningContainer[] {
  const { namespace, name } = record.pod.metadata;
  return running().flatMap(({ ref, state }) =>
    state.type === 'running' && state.pid > 0
      ? [{ pod: uid, container: ref.container, pid: state.pid, podName: `${namespace}/${name}` }]
      : [],
  );
}

/** A full disk is emptied by people. */
const RETRY_MS = 5_000;

export function createPods(options: PodsOptions): Pods {
  const { root, informer, clock, podCidr, logger, runtime } = options;
  const workers = new Map<string, PodWorker>();
  /** Ended here, and still shown by the informer: their objects wait for a finalizer, or its news are late. */
  const gone = new Set<string>();
  let lastAddress: string | undefined;

  const context: PodContext = {
    ...options,
    makeWay: ({ pod, container }) => workers.get(pod)?.makeWay(container),
    onGone(uid) {
      void workers.get(uid)?.stop();
      workers.delete(uid);
      if (informer.list().some((pod) => pod.metadata.uid === uid)) gone.add(uid);
      logger.info({ uid }, 'pod gone');
    },
  };

  function adoptAll(): void {
    for (const { uid, record } of readPodRecords(root)) {
      if (record) addWorker(record, true);
      else void endUnrecorded(uid);
    }
  }

  /** Without a record there is no pod to go on with (the agent died before the first start, or the disk was full). */
  async function endUnrecorded(uid: string): Promise<void> {
    for (const { ref } of runtime.attempts(uid)) runtime.signal(ref, 'SIGKILL');
    await runtime.forgetPod(uid);
  }

  function addWorker(record: PodRecord, adopted: boolean): void {
    const worker = createPodWorker(context, record, adopted);
    if (record.podIP !== HOST_IP) lastAddress = record.podIP;
    workers.set(worker.uid, worker);
    worker.wake();
  }

  function accept(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const known = workers.get(uid);
    if (known) known.update(pod);
    else if (!gone.has(uid)) take(pod);
  }

  function take(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    // It has run to its end here before, and its directory is gone: only its object is left.
    const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (over && !pod.metadata.deletionTimestamp) return;
    const podIP = usesHostNetwork(pod) ? HOST_IP : chooseAddress();
    if (podIP === undefined) {
      logger.error({ pod: pod.metadata.name }, `no address of ${podCidr} is free`);
      return;
    }
    const record: PodRecord = { pod, podIP, startTime: clock.now() };
    try {
      writePodRecord(root, record);
    } catch (error) {
      logger.error({ pod: pod.metadata.name, error: problemOf(error).message }, 'a pod cannot be recorded');
      clock.after(RETRY_MS, () => acceptAgain(uid));
      return;
    }
    addWorker(record, false);
  }

  /** The directory may be writable by now, and the pod deleted. */
  function acceptAgain(uid: string): void {
    const pod = informer.list().find((one) => one.metadata.uid === uid);
    if (pod && !workers.has(uid)) take(pod);
  }

  function chooseAddress(): string | undefined {
    const taken = new Set([...workers.values()].map((worker) => worker.record.podIP));
    return nextAddress(podCidr, taken, lastAddress);
  }

  /** What was deleted while no agent ran. */
  function orphanUnknown(): void {
    const known = new Set(informer.list().map((pod) => pod.metadata.uid));
    for (const worker of workers.values()) if (!known.has(worker.uid)) worker.orphan();
  }

  return {
    start(signal) {
      adoptAll();
      const stopExits = runtime.onExit((uid) => workers.get(uid)?.wake());
      const stopListening = informer.listen({
        add: accept,
        update: accept,
        delete(pod) {
          const { uid = '' } = pod.metadata;
          gone.delete(uid);
          workers.get(uid)?.orphan();
        },
      });
      informer.start(signal);
      informer.synced.then(orphanUnknown, () => undefined);
      signal.addEventListener('abort', () => {
        stopExits();
        stopListening();
      });
    },
    list: () => [...workers.values()],
    find: (uid) => workers.get(uid),
    wake() {
      for (const worker of workers.values()) worker.wake();
    },
    async stop() {
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
    },
  };
}
