import { onAbort } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Informer } from '../../../kube/client/informer.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import type { SandboxResult } from '../runtime/runtime.ts';
import type { Sandbox } from '../runtime/spec.ts';
import { sandboxSpecOf } from '../spec/sandbox.ts';
import { createPodTokens } from '../spec/tokens.ts';
import type { PodContext } from './context.ts';
import { type PodRecord, readPodRecords, removePodFiles, volumesDir, writePodRecord } from './podrecord.ts';
import { rejectionOf } from './rejection.ts';
import { createPodWorker, type PodWorker } from './worker.ts';

export interface PodsOptions extends Omit<PodContext, 'onGone' | 'makeWay' | 'tokens'> {
  /** Pods of this node. */
  readonly informer: Informer<Pod>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** All pods of this node: those that are recorded here, and those that the API gives it. */
export interface Pods {
  /** Adopts what an earlier agent left, without asking the API; then starts and follows the informer. */
  start(signal: AbortSignal): Promise<void>;
  list(): readonly PodWorker[];
  find(uid: string): PodWorker | undefined;
  /** Something changed that all of them may have waited for. */
  wake(this: void): void;
  /** Leaves all containers alone. */
  stop(): Promise<void>;
}

/** A full disk is emptied by people. */
const RETRY_MS = 5_000;

export function createPods(options: PodsOptions): Pods {
  const { root, informer, clock, logger, runtime } = options;
  const workers = new Map<string, PodWorker>();
  /** Ended here, and still shown by the informer: their objects wait for a finalizer, or the informer lags behind. */
  const gone = new Set<string>();
  /** Pods whose sandbox is being made, or that are being adopted: nobody else begins with them. */
  const pending = new Set<string>();
  let isStopped = false;

  const tokens = createPodTokens({ client: options.client, clock });
  const context: PodContext = {
    ...options,
    tokens,
    makeWay: ({ pod, container }) => workers.get(pod)?.makeWay(container),
    onGone(uid) {
      void workers.get(uid)?.stop();
      workers.delete(uid);
      tokens.forget(uid);
      if (listed(uid)) gone.add(uid);
      logger.info({ uid }, 'pod gone');
    },
  };

  const listed = (uid: string): Pod | undefined => informer.list().find((pod) => pod.metadata.uid === uid);

  async function adoptAll(): Promise<void> {
    const recorded = readPodRecords(root);
    await Promise.all(recorded.map(({ uid, record }) => (record ? adopt(record) : removeUnrecorded(uid))));
    const known = new Set(recorded.map(({ uid }) => uid));
    const others = (await runtime.pods()).filter((uid) => !known.has(uid));
    await Promise.all(others.map(removeUnrecorded));
  }

  /** It is tried until it succeeds: the containers of the pod run meanwhile, and a second start would have two of each. */
  async function adopt(record: PodRecord): Promise<void> {
    if (isStopped) return;
    const { uid = '' } = record.pod.metadata;
    pending.add(uid);
    const result = await runSandbox(record.pod, record.podIP);
    const attempts = result.ok ? await runtime.attempts(uid).catch(() => undefined) : undefined;
    if (!result.ok || !attempts) {
      const why = result.ok ? 'its containers are not known now' : result.message;
      logger.error({ uid }, `a pod cannot be adopted: ${why}`);
      clock.after(RETRY_MS, () => void adopt(record));
      return;
    }
    pending.delete(uid);
    if (isStopped) return;
    // A sandbox that was made anew, after the machine had been restarted, may have another address.
    const own = { ...record, podIP: result.sandbox.address };
    addWorker(createPodWorker({ context, record: own, sandbox: result.sandbox, adopted: attempts }));
    catchUp(uid);
  }

  /** It may have changed, or been deleted, while it was adopted. */
  function catchUp(uid: string): void {
    const latest = listed(uid);
    if (latest) workers.get(uid)?.update(latest);
    else if (informer.isSynced) workers.get(uid)?.orphan();
  }

  /** The worker of a pod knows one address; the next goes on with what there is, as that of another agent would. */
  async function readopt(worker: PodWorker): Promise<void> {
    const { uid, record } = worker;
    const why = 'Pod sandbox changed, it will be killed and re-created.';
    options.events.record(record.pod, 'Normal', 'SandboxChanged', why);
    workers.delete(uid);
    pending.add(uid);
    await worker.stop();
    await adopt(record);
  }

  /** Without a record there is no pod to go on with: the agent died before the first start, or the disk was full. */
  async function removeUnrecorded(uid: string): Promise<void> {
    try {
      await runtime.removeSandbox(uid);
      await removePodFiles(root, uid);
    } catch (error) {
      logger.error({ uid, error: problemOf(error).message }, 'what is left of a pod cannot be removed');
    }
  }

  const runSandbox = (pod: Pod, address?: string): Promise<SandboxResult> =>
    runtime
      .runSandbox(sandboxSpecOf(pod, volumesDir(root, pod.metadata.uid ?? ''), address))
      .catch((error: unknown) => ({ ok: false, message: problemOf(error).message }));

  function addWorker(worker: PodWorker): void {
    workers.set(worker.uid, worker);
    worker.wake();
  }

  function accept(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const known = workers.get(uid);
    if (known) known.update(pod);
    else if (!gone.has(uid) && !pending.has(uid)) void take(pod);
  }

  async function take(pod: Pod): Promise<void> {
    const { uid = '' } = pod.metadata;
    // It has run to its end here before, and its directory is gone: only its object is left.
    if (isFinished(pod) && !pod.metadata.deletionTimestamp) return;
    pending.add(uid);
    const result = await runSandbox(pod);
    pending.delete(uid);
    if (isStopped) return;
    // It may have changed, or been deleted, meanwhile.
    const latest = listed(uid);
    if (!latest) return removeUnrecorded(uid);
    const fault = result.ok ? record(latest, result.sandbox) : result.message;
    if (fault === undefined) return;
    options.events.record(
      latest,
      'Warning',
      'FailedCreatePodSandBox',
      `Failed to create pod sandbox: ${fault}`,
    );
    logger.error({ pod: pod.metadata.name, error: fault }, 'a pod cannot be started on this node');
    clock.after(RETRY_MS, () => takeAgain(uid));
  }

  /** Returns what is in the way. */
  function record(pod: Pod, sandbox: Sandbox): string | undefined {
    const rejection = rejectionOf(pod);
    const now = clock.now();
    const failure = rejection && {
      reason: rejection.reason,
      message: `Pod was rejected: ${rejection.message}`,
      isDisruption: false,
      deadline: now,
    };
    const begun: PodRecord = {
      pod,
      podIP: sandbox.address,
      startTime: now,
      ...(failure ? { failure } : {}),
    };
    try {
      writePodRecord(root, begun);
    } catch (error) {
      return problemOf(error).message;
    }
    if (rejection) options.events.record(pod, 'Warning', rejection.reason, rejection.message);
    addWorker(createPodWorker({ context, record: begun, sandbox }));
    return undefined;
  }

  /** The directory may be writable by now, and the pod deleted. */
  function takeAgain(uid: string): void {
    const pod = listed(uid);
    if (!pod) void removeUnrecorded(uid);
    else if (!workers.has(uid) && !pending.has(uid)) void take(pod);
  }

  /** What was deleted while no agent ran. */
  function orphanUnknown(): void {
    const known = new Set(informer.list().map((pod) => pod.metadata.uid));
    for (const worker of workers.values()) if (!known.has(worker.uid)) worker.orphan();
  }

  return {
    async start(signal) {
      const stopEvents = runtime.subscribe(({ type, pod }) => {
        const worker = workers.get(pod);
        if (type === 'exited') worker?.wake();
        if (type === 'moved' && worker) void readopt(worker);
      });
      await adoptAll();
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
      onAbort(signal, () => {
        stopEvents();
        stopListening();
      });
    },
    list: () => [...workers.values()],
    find: (uid) => workers.get(uid),
    wake() {
      for (const worker of workers.values()) worker.wake();
    },
    async stop() {
      isStopped = true;
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
    },
  };
}
