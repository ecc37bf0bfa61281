import { problemOf } from '../../base/errors.ts';
import type { Container, Pod, PodStatus } from '../../kube/objects.ts';
import { usesHostNetwork } from './addresses.ts';
import { retryMs } from './backoff.ts';
import { confirmDeletion } from './confirmation.ts';
import { activeUntil, endingOf } from './ending.ts';
import { type Action, step } from './lifecycle.ts';
import { wildcardMessage, withForeign } from './podconditions.ts';
import type { PodContext } from './podcontext.ts';
import { type PodRecord, writePodRecord } from './poddir.ts';
import { newBackOffs, podStatus, sameStatus } from './podstatus.ts';
import type { Blocked, ContainerView, PodView } from './podview.ts';
import { type Preparation, type PreparationInput, prepare } from './preparation.ts';
import type { Attempt, ContainerRef, StartResult } from './runtime.ts';
import { createStatusWriter } from './statuswriter.ts';
import { superviseAttempt } from './supervision.ts';
import type { Supervisor } from './supervisor.ts';
import { terminate } from './termination.ts';
import { refreshVolumes } from './volumerefresh.ts';

export interface PodWorker {
  readonly uid: string;
  readonly record: PodRecord;
  /** Attempts that ran at the last step, for whoever looks at logs and sockets. */
  running(): readonly Attempt[];
  /** The API's word of the same pod. */
  update(pod: Pod): void;
  /** The API does not know it any more. */
  orphan(): void;
  /** Brings mounted ConfigMaps and Secrets up to date. Never rejects. */
  refreshVolumes(): Promise<void>;
  setWildcards(found: PodView['wildcards']): void;
  /** Something of it changed outside. */
  wake(): void;
  /** Leaves its processes alone. */
  stop(): Promise<void>;
}

interface Memory {
  supervisor?: { readonly attempt: number; readonly supervisor: Supervisor };
  blocked?: Blocked;
  stopping?: number;
}

/** The proxy lives in this process: it answers at once or never. */
const RELEASE_MS = 1_000;

/** Carries out `step` for one pod, one run at a time; everything that could change its answer wakes it. */
export function createPodWorker(context: PodContext, begun: PodRecord, adopted: boolean): PodWorker {
  const { runtime, clock, events, root } = context;
  const uid = begun.pod.metadata.uid ?? '';
  const logger = context.logger.child({
    pod: `${begun.pod.metadata.namespace}/${begun.pod.metadata.name}`,
    uid,
  });
  const abort = new AbortController();
  const writer = createStatusWriter({
    client: context.client,
    pod: begun.pod,
    clock,
    logger,
    signal: abort.signal,
  });
  const memories = new Map<string, Memory>();
  /** As it was when this agent found it: what probes knew then. */
  const found: PodStatus | undefined = adopted ? begun.pod.status : undefined;
  const foundAttempts = new Map(
    adopted ? runtime.attempts(uid).map(({ ref }) => [ref.container, ref.attempt]) : [],
  );
  const enders = new Map<string, () => void>();
  let record = begun;
  let status: PodStatus | undefined = begun.pod.status;
  let orphanedAt: number | undefined;
  let wildcards: PodView['wildcards'] = [];
  let released: Promise<void> | undefined;
  let finishing = false;
  let dirty = false;
  let running: Promise<void> | undefined;
  let lastRunning: readonly Attempt[] = [];
  let cancelWake = () => {};

  const memoryOf = (name: string): Memory => {
    const known = memories.get(name) ?? {};
    memories.set(name, known);
    return known;
  };
  const containerOf = (name: string): Container | undefined =>
    [...record.pod.spec.containers, ...(record.pod.spec.initContainers ?? [])].find(
      (one) => one.name === name,
    );
  const isInit = (name: string): boolean =>
    record.pod.spec.initContainers?.some((one) => one.name === name) ?? false;

  function makeView(now: number): PodView {
    const attempts = runtime.attempts(uid);
    lastRunning = attempts.filter((one) => one.state.type === 'running');
    const end = endingOf(record, orphanedAt, now);
    const view = (container: Container): ContainerView => {
      const own = attempts.filter((one) => one.ref.container === container.name);
      const [current, previous] = [own.at(-1), own.at(-2)];
      const memory = memoryOf(container.name);
      superviseRunning(container, current, memory, now);
      return {
        name: container.name,
        ...(current ? { current } : {}),
        ...(previous ? { previous } : {}),
        ...(memory.blocked ? { blocked: memory.blocked } : {}),
        ...(memory.supervisor?.supervisor.view ?? { started: false, ready: false }),
        stopping: memory.stopping !== undefined && memory.stopping === current?.ref.attempt,
      };
    };
    return {
      pod: record.pod,
      initContainers: (record.pod.spec.initContainers ?? []).map(view),
      containers: record.pod.spec.containers.map(view),
      startTime: record.startTime,
      podIP: record.podIP,
      hostIP: context.hostIP,
      wildcards,
      ...(end ? { ending: end } : {}),
    };
  }

  /** Probes run as long as the attempt that they belong to. */
  function superviseRunning(
    container: Container,
    current: Attempt | undefined,
    memory: Memory,
    now: number,
  ): void {
    const attempt = current?.state.type === 'running' ? current.ref.attempt : undefined;
    if (memory.supervisor && memory.supervisor.attempt !== attempt) {
      memory.supervisor.supervisor.stop();
      delete memory.supervisor;
    }
    if (!current || attempt === undefined || memory.supervisor) return;
    const supervisor = superviseAttempt({
      context,
      container,
      attempt: current,
      podIP: record.podIP,
      found: foundAttempts.get(container.name) === attempt ? (found ?? {}) : undefined,
      now,
      onChange: wake,
      tell: (type, reason, message) => tell(type, reason, message, container.name),
    });
    memory.supervisor = { attempt, supervisor };
  }

  function tell(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    const field = container && `spec.${isInit(container) ? 'initContainers' : 'containers'}{${container}}`;
    events.record(record.pod, type, reason, message, field);
  }

  async function start(action: Extract<Action, { type: 'start' }>): Promise<void> {
    const container = containerOf(action.container);
    if (!container) return;
    const ref: ContainerRef = { pod: uid, container: container.name, attempt: action.attempt };
    const before =
      action.attempt > 0 ? runtime.startedWith({ ...ref, attempt: action.attempt - 1 }) : undefined;
    const namespace = record.pod.metadata.namespace ?? '';
    const result = await attempt({
      ...context,
      pod: record.pod,
      podIP: record.podIP,
      container,
      ref,
      backOffMs: action.backOffMs,
      base: context.baseEnvironment(namespace),
      before,
    });
    if (!result) return;
    const memory = memoryOf(container.name);
    if (!result.ok) return block(memory, container, result.reason, result.message);
    delete memory.blocked;
    tell('Normal', 'Started', `Started container ${container.name}`, container.name);
    if (action.attempt > 1) runtime.forget({ ...ref, attempt: action.attempt - 2 });
  }

  /**
   * undefined: the pod ended meanwhile. A data directory that cannot be written (full, read-only) is the container's reason for
   * waiting, not the end of the agent.
   */
  async function attempt(input: PreparationInput): Promise<StartResult | Preparation | undefined> {
    try {
      const prepared = await prepare(input);
      if (endingOf(record, orphanedAt, clock.now()) || abort.signal.aborted) return undefined;
      return prepared.ok ? await runtime.start(prepared.request) : prepared;
    } catch (error) {
      return { ok: false, reason: 'RunContainerError', message: problemOf(error).message };
    }
  }

  function block(memory: Memory, container: Container, reason: string, message: string): void {
    const failures = (memory.blocked?.failures ?? 0) + 1;
    const shown = reason === 'ErrImagePull' && failures > 1 ? 'ImagePullBackOff' : reason;
    memory.blocked = { reason: shown, message, failures, retryAt: clock.now() + retryMs(reason, failures) };
    tell('Warning', 'Failed', `Error: ${reason}: ${message}`, container.name);
  }

  function stopContainer(action: Extract<Action, { type: 'stop' }>, view: PodView): void {
    const container = containerOf(action.container);
    const current = [...view.containers, ...view.initContainers].find(
      (one) => one.name === action.container,
    )?.current;
    if (!container || !current) return;
    memoryOf(container.name).stopping = current.ref.attempt;
    tell(
      'Normal',
      'Killing',
      view.ending ? `Stopping container ${container.name}` : action.message,
      container.name,
    );
    const ended = new Promise<void>((resolve) => enders.set(container.name, resolve));
    const target = { ref: current.ref, container, podIP: record.podIP, runtime, clock };
    const onHookFailure = (message: string) =>
      tell('Warning', 'FailedPreStopHook', `PreStopHook failed: ${message}`, container.name);
    // A container that is only restarted is not ready any more, and its pod stays an endpoint.
    const before = view.ending ? release() : Promise.resolve();
    void before
      .then(() =>
        terminate({ ...target, deadline: action.deadline, ended, onHookFailure, signal: abort.signal }),
      )
      .catch((error: unknown) =>
        logger.error({ error: problemOf(error).message }, 'stopping a container failed'),
      )
      .finally(wake);
  }

  /** Before any process hears of its end: who is still sent here after SIGTERM would find a closed door. */
  function release(): Promise<void> {
    released ??= Promise.race([
      context.releasePod(uid),
      new Promise<void>((resolve) => clock.after(RELEASE_MS, resolve)),
    ]);
    return released;
  }

  /** Settles the waits of `terminate` for containers that have ended. */
  function tellEnders(view: PodView): void {
    for (const one of [...view.containers, ...view.initContainers]) {
      if (one.current?.state.type === 'running') continue;
      enders.get(one.name)?.();
      enders.delete(one.name);
    }
  }

  async function finish(view: PodView): Promise<void> {
    if (finishing || view.ending?.reason === 'deadline exceeded') return;
    finishing = true;
    if (view.ending?.reason === 'deleted') {
      await release();
      await writer.settled();
      await confirmDeletion({
        ...context,
        pod: record.pod,
        logger,
        signal: abort.signal,
        isWanted: () => orphanedAt === undefined,
      });
    }
    if (abort.signal.aborted) return;
    await runtime.forgetPod(uid);
    context.onGone(uid);
  }

  async function run(): Promise<void> {
    while (dirty && !abort.signal.aborted) {
      dirty = false;
      cancelWake();
      const view = makeView(clock.now());
      tellEnders(view);
      const { actions, wakeAt } = step(view, clock.now());
      show(view);
      const starts = actions.filter((one) => one.type === 'start');
      for (const action of actions) {
        if (action.type === 'stop') stopContainer(action, view);
        if (action.type === 'kill') runtime.signal(action.ref, 'SIGKILL');
      }
      if (actions.some((one) => one.type === 'finish'))
        void finish(view).catch((error: unknown) => retryFinish(error));
      await Promise.all(starts.map(start));
      if (starts.length > 0) dirty = true;
      scheduleWake(wakeAt, view);
    }
    running = undefined;
  }

  function retryFinish(error: unknown): void {
    finishing = false;
    logger.error({ error: problemOf(error).message }, 'forgetting a pod failed');
    clock.after(5_000, wake);
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
      tell('Warning', 'BackOff', one.state?.waiting?.message ?? '', one.name);
    status = next;
    remember();
  }

  function remember(): void {
    if (finishing) return;
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
    if (abort.signal.aborted) return;
    running ??= Promise.resolve()
      .then(run)
      .catch((error: unknown) => {
        running = undefined;
        logger.error({ error: problemOf(error).message }, 'a step failed');
        clock.after(1_000, wake);
      });
  }

  return {
    uid,
    get record() {
      return record;
    },
    running: () => lastRunning,
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
      if (lastRunning.length > 0)
        await refreshVolumes(context, () => (finishing || abort.signal.aborted ? undefined : record), logger);
    },
    setWildcards(next) {
      // Every address of the machine is what such a pod asked for.
      if (usesHostNetwork(record.pod)) return;
      if (JSON.stringify(next) === JSON.stringify(wildcards)) return;
      wildcards = next;
      if (next.length > 0)
        tell('Warning', 'WildcardAddress', wildcardMessage({ wildcards: next, podIP: record.podIP }));
      wake();
    },
    wake,
    async stop() {
      abort.abort(new Error('the agent stops'));
      cancelWake();
      for (const { supervisor } of memories.values()) supervisor?.supervisor.stop();
      await running;
    },
  };
}
