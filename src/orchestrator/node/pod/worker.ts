import { problemOf } from '../../../base/errors.ts';
import type { Container, Pod, PodStatus } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { watchListening } from '../probes/listening.ts';
import type { Attempt } from '../runtime/runtime.ts';
import type { Sandbox } from '../runtime/spec.ts';
import { LISTENING, wildcardMessage, withForeign } from './conditions.ts';
import type { PodContext } from './context.ts';
import { activeUntil, endingOf } from './ending.ts';
import { podEventRecorder } from './events.ts';
import { step } from './lifecycle.ts';
import { createPodProbes } from './podprobes.ts';
import { type PodRecord, writePodRecord } from './podrecord.ts';
import { createStarts } from './starts.ts';
import { newBackOffs, podStatus, sameStatus } from './status.ts';
import { createStatusWriter } from './statuswriter.ts';
import { createStops } from './stops.ts';
import { createTeardown } from './teardown.ts';
import { createUsage } from './usage.ts';
import { type ContainerView, ephemeralContainersOf, isQuiet, type PodView } from './view.ts';
import { refreshVolumes } from './volumerefresh.ts';

export interface PodWorker {
  readonly uid: string;
  readonly record: PodRecord;
  /** The API's word of the same pod. */
  update(pod: Pod): void;
  /** The API does not know it any more. */
  orphan(): void;
  /** Brings mounted ConfigMaps and Secrets up to date. Never rejects. */
  refreshVolumes(): Promise<void>;
  /** Ends the pod where a volume of it holds more than it may. Never rejects. */
  checkUsage(): Promise<void>;
  /** Ends a container that listens on every address for one that needs the port; it comes back after a while. */
  makeWay(container: string): void;
  setWildcards(found: PodView['wildcards']): void;
  /** Looks whether its containers listen where they say; `eagerly`: only for those that have just been started. */
  checkListeners(eagerly: boolean): void;
  /** Something of it changed outside. */
  wake(): void;
  /** Leaves its containers alone. */
  stop(): Promise<void>;
}

/** As long as a crash loop waits at most. */
const AWAY_MS = 300_000;
/** After a step that failed. */
const RETRY_MS = 1_000;
/** As long as a program may be starting. */
const EAGER_MS = 10_000;

/** kubelet `pkg/kubelet/eviction`, immediateEvictionGracePeriodSeconds. */
const EVICTION_MS = 1_000;
const EVICTED = { reason: 'Evicted', isDisruption: true };

export interface PodWorkerOptions {
  readonly context: PodContext;
  readonly record: PodRecord;
  readonly sandbox: Sandbox;
  /** What an earlier agent started; absent: the pod is new. */
  readonly adopted?: readonly Attempt[];
}

/** Carries out `step` for one pod, one run at a time; everything that could change its answer wakes it. */
export function createPodWorker({ context, record: begun, sandbox, adopted }: PodWorkerOptions): PodWorker {
  const { client, runtime, clock, events, root } = context;
  const uid = begun.pod.metadata.uid ?? '';
  const { namespace, name } = begun.pod.metadata;
  const logger = context.logger.child({ pod: `${namespace}/${name}`, uid });
  const abort = new AbortController();
  const { signal } = abort;
  let record = begun;
  let status: PodStatus | undefined = begun.pod.status;
  let orphanedAt: number | undefined;
  let wildcards: PodView['wildcards'] = [];
  let dirty = false;
  let running: Promise<void> | undefined;
  let lastRunning: readonly Attempt[] = [];
  let cancelWake = () => {};

  /** Attempts that have to make way, by container. */
  const yielding = new Map<string, number>();

  const recordEvent = podEventRecorder(events, () => record.pod);
  const writer = createStatusWriter({ client, pod: begun.pod, clock, logger, signal });
  const probes = createPodProbes({
    context,
    podIP: begun.podIP,
    adopted: adopted && { status: begun.pod.status, attempts: adopted },
    onChange: wake,
    recordEvent,
  });
  const hasListened = begun.pod.status?.conditions?.some(
    ({ type, status: state }) => type === LISTENING && state === 'True',
  );
  const listeners = watchListening({
    sandbox,
    sockets: runtime.sockets,
    adopted: hasListened && adopted ? adopted : [],
  });
  const starts = createStarts({
    context,
    uid,
    record: () => record,
    sandbox,
    isOver: () => signal.aborted || endingOf(record, orphanedAt, clock.now()) !== undefined,
    onChange: wake,
    recordEvent,
  });
  const usage = createUsage(sandbox.volumesDir);
  const stops = createStops({ context, uid, logger, signal, onChange: wake, recordEvent });
  const teardown = createTeardown({
    context,
    uid,
    logger,
    signal,
    release: stops.release,
    statusSettled: () => writer.settled(),
    isKnown: () => orphanedAt === undefined,
    onFailure: wake,
  });

  function makeView(attempts: readonly Attempt[], starting: ReadonlySet<string>, now: number): PodView {
    lastRunning = attempts.filter((one) => one.state.type === 'running');
    const ending = endingOf(record, orphanedAt, now);
    const listening = listeners.view(record.pod, lastRunning);
    const view = (container: Container): ContainerView => {
      const own = attempts.filter((one) => one.ref.container === container.name);
      const [current, previous] = [own.at(-1), own.at(-2)];
      const blocked = starts.blocked(container.name);
      return {
        name: container.name,
        ...(current ? { current } : {}),
        ...(previous ? { previous } : {}),
        ...(blocked ? { blocked } : {}),
        ...heard(container.name, probes.view(container, current, now)),
        ...(current && yielding.get(container.name) === current.ref.attempt
          ? { unhealthy: { message: `Container ${container.name} makes way: it listens on every address` } }
          : {}),
        starting: starting.has(container.name),
        stopping: stops.isStopping(container.name, current?.ref.attempt),
      };
    };
    return {
      pod: record.pod,
      initContainers: (record.pod.spec.initContainers ?? []).map(view),
      containers: record.pod.spec.containers.map(view),
      ephemeralContainers: ephemeralContainersOf(record.pod).map(view),
      startTime: record.startTime,
      podIP: record.podIP,
      hostIP: context.hostIP,
      wildcards,
      ...(listening ? { listening } : {}),
      ...(context.services.knowledge === 'read' ? {} : { servicesUnread: context.services.knowledge }),
      ...(ending ? { ending } : {}),
    };
  }

  /** A container that listens on every address answers for other pods, so it gets no requests. */
  const heard = <T extends { ready: boolean }>(name: string, seen: T): T =>
    wildcards.some(({ container }) => container === name) ? { ...seen, ready: false } : seen;

  async function run(): Promise<void> {
    while (dirty && !signal.aborted) {
      dirty = false;
      cancelWake();
      // Before the attempts are read: a start that ends meanwhile may not be among them yet.
      const starting = starts.pending();
      const attempts = await runtime.attempts(uid);
      if (signal.aborted) break;
      const view = makeView(attempts, starting, clock.now());
      if (view.ending) starts.cancel();
      stops.observe(view);
      const { actions, wakeAt } = step(view, clock.now());
      show(view);
      for (const action of actions) {
        if (action.type === 'stop') stops.stop(action, view);
        if (action.type === 'kill') await runtime.signal(action.ref, 'SIGKILL');
        if (action.type === 'finish') teardown.begin(view);
        if (action.type === 'start') starts.start(action);
      }
      if (status && isFinished({ status }) && isQuiet(view)) teardown.rest();
      scheduleWake(wakeAt, view);
    }
    running = undefined;
  }

  function scheduleWake(wakeAt: number | undefined, view: PodView): void {
    const limit = view.ending ? undefined : activeUntil(record);
    const next = Math.min(wakeAt ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(next)) cancelWake = clock.after(Math.max(0, next - clock.now()), wake);
  }

  function show(view: PodView): void {
    const next = podStatus(view, status, clock.now());
    if (orphanedAt === undefined) writer.set(next);
    if (sameStatus(status, next)) return;
    for (const one of newBackOffs(status, next))
      recordEvent('Warning', 'BackOff', one.state?.waiting?.message ?? '', one.name);
    status = next;
    remember();
  }

  function remember(): void {
    if (teardown.begun) return;
    record = { ...record, pod: { ...record.pod, ...(status ? { status } : {}) } };
    try {
      writePodRecord(root, record);
    } catch (error) {
      // The pod goes on; only an agent that starts before the next change would know less.
      logger.error({ error: problemOf(error).message }, 'the record of a pod cannot be written');
    }
  }

  function wake(): void {
    dirty = true;
    if (signal.aborted) return;
    running ??= Promise.resolve()
      .then(run)
      .catch((error: unknown) => {
        running = undefined;
        logger.error({ error: problemOf(error).message }, 'a step failed');
        clock.after(RETRY_MS, wake);
      });
  }

  return {
    uid,
    get record() {
      return record;
    },
    update(pod) {
      record = { ...record, pod };
      if (status) {
        const conditions = withForeign(status.conditions ?? [], pod.status?.conditions ?? []);
        status = { ...status, conditions };
      }
      writer.observe(pod.status);
      remember();
      wake();
    },
    orphan() {
      orphanedAt ??= clock.now();
      wake();
    },
    async refreshVolumes() {
      const isOver = () => teardown.begun || signal.aborted;
      if (lastRunning.length > 0)
        await refreshVolumes(context, sandbox, () => (isOver() ? undefined : record), logger);
    },
    async checkUsage() {
      const isOver = () => endingOf(record, orphanedAt, clock.now()) !== undefined || signal.aborted;
      if (lastRunning.length === 0 || isOver()) return;
      const message = await usage.check(record.pod);
      if (message === undefined || isOver()) return;
      recordEvent('Warning', 'Evicted', message);
      record = { ...record, failure: { ...EVICTED, message, deadline: clock.now() + EVICTION_MS } };
      remember();
      wake();
    },
    makeWay(container) {
      const current = lastRunning.find(({ ref }) => ref.container === container);
      if (!current || sandbox.hostNetwork) return;
      yielding.set(container, current.ref.attempt);
      const message = `it listened on every address of this machine and made way for a pod of that port: listen on $HOST (${record.podIP}) alone`;
      starts.hold(container, 'ListensOnWildcard', message, AWAY_MS);
      wake();
    },
    setWildcards(next) {
      // Every address of the machine is what such a pod asked for.
      if (sandbox.hostNetwork) return;
      if (JSON.stringify(next) === JSON.stringify(wildcards)) return;
      wildcards = next;
      if (next.length > 0)
        recordEvent(
          'Warning',
          'ListensOnWildcard',
          wildcardMessage({ wildcards: next, podIP: record.podIP }),
        );
      wake();
    },
    checkListeners(eagerly) {
      const begunAfter = eagerly ? clock.now() - EAGER_MS : 0;
      const checked = lastRunning.filter(({ startedAt }) => startedAt >= begunAfter);
      if (checked.length > 0 && listeners.check(record.pod, checked)) wake();
    },
    wake,
    async stop() {
      abort.abort(new Error('the agent stops'));
      cancelWake();
      starts.cancel();
      probes.stop();
      await Promise.all([running, starts.settled()]);
    },
  };
}
