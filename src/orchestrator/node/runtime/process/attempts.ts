import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, sleep } from '../../../../base/clock.ts';
import type { Logger } from '../../../../base/log.ts';
import { readBootId } from '../../../../base/proc.ts';
import { processStartTime } from '../../../../base/process.ts';
import { entriesOf } from '../../../../base/recordfile.ts';
import type { Attempt, StartResult } from '../runtime.ts';
import type { ContainerRef, RestartCount } from '../spec.ts';
import { emptyMessage } from '../terminationmessage.ts';
import {
  attemptDir,
  claim,
  claimSweep,
  type Intent,
  listAttempts,
  markKilled,
  markPlanned,
  type ProcessState,
  type ProgramSpec,
  readIntent,
  readShim,
  readState,
  recordedGroups,
  writeIntent,
} from './attemptrecord.ts';
import { commandOf } from './confinedcommand.ts';
import { createInput } from './input.ts';
import { createLastOutputs } from './lastoutput.ts';
import { killLeftovers } from './leftovers.ts';
import { type HeldLimits, type Limits, NO_LIMITS, release, released, within } from './limits/limits.ts';
import { SHIM, SHIM_NAME } from './shim.ts';
import { killGroup } from './spawn.ts';
import { startedBut } from './unsupported.ts';

export interface AttemptsOptions {
  /** Below it one directory per pod, named by its uid. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: those that are started have none. */
  readonly limits?: Limits;
}

export interface ProcessAttempt extends Omit<Attempt, 'state' | 'id'> {
  readonly state: ProcessState;
}

/** An attempt that runs, by the process that leads its group. */
export interface RunningAttempt {
  readonly ref: ContainerRef;
  readonly pid: number;
}

export interface ProgramStart extends ProgramSpec, RestartCount {
  readonly ref: ContainerRef;
}

/** Programs of this machine, each under a shim (`shim.ts`), recorded in directories (`attemptrecord.ts`). */
export interface Attempts {
  /** uids of all pods of which anything is recorded. */
  pods(): readonly string[];
  /** Recorded attempts of all containers of the pod, oldest first. */
  list(pod: string): readonly ProcessAttempt[];
  /** Attempts that this agent knows to run: those that it started, and those that it has listed. */
  running(): readonly RunningAttempt[];
  isRunning(ref: ContainerRef): boolean;
  start(start: ProgramStart): Promise<StartResult>;
  /** What the program was started with; undefined: no such attempt. */
  startedWith(ref: ContainerRef): (ProgramSpec & { readonly limits?: HeldLimits | undefined }) | undefined;
  /** Records that what ends the attempt from now on is not its own doing: neither a crash nor a restart. */
  planStop(ref: ContainerRef): void;
  /** To every process of the container. Does nothing when none is alive. */
  signal(ref: ContainerRef, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** The raw output, standard output and error as they came. */
  logFile(ref: ContainerRef): string;
  /** Forgets an attempt that has ended; one whose control groups cannot be removed yet stays until its pod goes. */
  forget(ref: ContainerRef): void;
  /** Removes the control groups of a pod of which nothing runs any more. False: something in them has not ended yet. */
  releaseLimits(pod: string): Promise<boolean>;
  /** Forgets what is remembered of a pod beside its files. */
  forgetPod(pod: string): void;
  /** Called with a pod's uid after a container of it ended; the returned function stops that. */
  onExit(listener: (pod: string) => void): () => void;
  close(): void;
}

/** How often processes that another agent started, which are not children of this one, are checked. */
const CHECK_MS = 200;
/** A shim writes its pid first of all: one that has not by then never will. */
const START_MS = 5_000;

export function createAttempts({ root, clock, logger, limits = NO_LIMITS }: AttemptsOptions): Attempts {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const bootId = readBootId();
  const listeners = new Set<(pod: string) => void>();
  const outputs = createLastOutputs((ref) => join(attemptDir(root, ref), 'log'));
  /** Running attempts that this agent did not start, by directory. */
  const adopted = new Map<string, { ref: ContainerRef; intent: Intent }>();
  /** Attempts whose shim is a child of this process, which learns of its end at once, by directory. */
  const children = new Map<string, ContainerRef>();
  /** Pids of shims that run, by directory. */
  const leaders = new Map<string, number>();
  /** The last attempt of each container that this agent has started. */
  const latest = new Map<string, number>();
  let cancelCheck: (() => void) | undefined;
  let closed = false;
  limits.sweep(() => recordedGroups(root));

  function notify(pod: string): void {
    for (const listener of listeners) listener(pod);
  }

  /** Its exit code may have been read before, and the next attempt started: what carries the container's mark then belongs to that one. */
  function endWith(ref: ContainerRef): void {
    leaders.delete(attemptDir(root, ref));
    if (closed) return;
    void released(readIntent(attemptDir(root, ref))?.limits, clock);
    if ((latest.get(`${ref.pod}/${ref.container}`) ?? 0) <= ref.attempt) killLeftovers(root, ref);
    notify(ref.pod);
  }

  /** Of an attempt that is not our child: one without a pid file is claimed, so that a shim that was merely slow runs nothing. */
  function stateOf(ref: ContainerRef, intent: Intent): ProcessState {
    const dir = attemptDir(root, ref);
    const state = readState(dir, intent, bootId);
    if (state.type !== 'unstarted') return state;
    const lost: ProcessState = { type: 'lost', finishedAt: intent.startedAt };
    if (claim(dir)) return lost;
    const age = clock.now() - intent.startedAt;
    return age > START_MS ? lost : stateOfStarting(dir, intent);
  }

  /** The pid file may be there and its line not yet: the shim is between two system calls. */
  function stateOfStarting(dir: string, intent: Intent): ProcessState {
    const state = readState(dir, intent, bootId);
    return state.type === 'unstarted' ? { type: 'running', pid: 0 } : state;
  }

  function check(): void {
    cancelCheck = undefined;
    for (const [dir, { ref, intent }] of adopted) {
      if (stateOf(ref, intent).type === 'running') continue;
      adopted.delete(dir);
      endWith(ref);
    }
    scheduleCheck();
  }

  function scheduleCheck(): void {
    if (adopted.size > 0 && !cancelCheck && !closed) cancelCheck = clock.after(CHECK_MS, check);
  }

  function adopt(ref: ContainerRef, intent: Intent): void {
    const dir = attemptDir(root, ref);
    if (children.has(dir) || adopted.has(dir)) return;
    adopted.set(dir, { ref, intent });
    scheduleCheck();
  }

  async function start(request: ProgramStart): Promise<StartResult> {
    const { ref, ...rest } = request;
    const dir = attemptDir(root, ref);
    // Of an attempt that ended while no agent ran.
    if (ref.attempt > 0) killLeftovers(root, ref);
    latest.set(`${ref.pod}/${ref.container}`, ref.attempt);
    leaders.delete(dir);
    const held = limits.hold(ref, request.resources);
    writeIntent(dir, { ...rest, startedAt: clock.now(), bootId, limits: held.limits });
    // It exists from the start, so that there is something to follow.
    writeFileSync(join(dir, 'log'), '', { flag: 'a', mode: 0o600 });
    if (request.messageFile) emptyMessage(request.messageFile);
    if (request.input) createInput(dir, request.input, request.sandbox);
    const { argv, ...place } = commandOf(dir, request);
    const limited = within(held.limits, argv);
    const child = spawn('/bin/sh', ['-c', SHIM, SHIM_NAME, dir, ...limited], {
      ...place,
      detached: true,
      stdio: 'ignore',
    });
    child.unref();
    children.set(dir, ref);
    const failure = new Promise<string>((resolve) => child.once('error', (error) => resolve(error.message)));
    let ended = false;
    child.once('exit', () => {
      ended = true;
      children.delete(dir);
      endWith(ref);
    });
    const outcome = await Promise.race([failure, startedOrGone(dir, () => ended)]);
    if (outcome === undefined) return startedBut(held.unsupported);
    children.delete(dir);
    await released(held.limits, clock);
    claim(dir);
    rmSync(dir, { recursive: true, force: true });
    return { ok: false, reason: 'RunContainerError', message: `cannot start ${request.argv[0]}: ${outcome}` };
  }

  async function startedOrGone(dir: string, ended: () => boolean): Promise<string | undefined> {
    const deadline = clock.monotonic() + START_MS;
    for (;;) {
      const over = ended();
      if (readShim(dir)) return undefined;
      if (over) return 'its shim ended before it could run (is the data directory full or read-only?)';
      if (clock.monotonic() > deadline && claim(dir))
        return `its shim did not start within ${START_MS / 1000} s`;
      await sleep(clock, 2);
    }
  }

  /** While our own child is alive there is nothing to claim: it is running or about to. */
  function stateOfKnown(ref: ContainerRef, intent: Intent): ProcessState {
    const dir = attemptDir(root, ref);
    return children.has(dir) ? stateOfStarting(dir, intent) : stateOf(ref, intent);
  }

  /**
   * A shim that was killed alone leaves its program running, with the address that the next attempt needs. The number of a group is
   * not reused while the group has members (Linux `alloc_pid`), so a process of that number now means that the group is gone.
   */
  function sweep(dir: string): void {
    const leader = readShim(dir)?.pid;
    if (leader !== undefined && processStartTime(leader) === undefined && claimSweep(dir))
      killGroup(leader, 'SIGKILL');
  }

  function leaderOf(ref: ContainerRef): number | undefined {
    const dir = attemptDir(root, ref);
    const pid = leaders.get(dir) ?? readShim(dir)?.pid;
    if (pid !== undefined) leaders.set(dir, pid);
    return pid;
  }

  return {
    pods: () => entriesOf(root),
    list: (pod) =>
      listAttempts(root, pod).map(({ ref, intent }, i, all): ProcessAttempt => {
        const state = stateOfKnown(ref, intent);
        if (state.type === 'running') adopt(ref, intent);
        if (state.type === 'lost' && intent.bootId === bootId) sweep(attemptDir(root, ref));
        const { startedAt, backOffMs, image, restarts = ref.attempt } = intent;
        // The file is that of the container: of the next attempt, once there is one.
        const isLast = all[i + 1]?.ref.container !== ref.container;
        const messageFile = isLast ? intent.messageFile : undefined;
        const failed = state.type === 'exited' && state.exitCode !== 0;
        const output = state.type === 'exited' ? outputs.of(ref, { failed, messageFile }) : undefined;
        return { ref, startedAt, backOffMs, restarts, image, state, ...(output ? { output } : {}) };
      }),
    running: () =>
      [...children.values(), ...[...adopted.values()].map(({ ref }) => ref)].flatMap((ref) => {
        const pid = leaderOf(ref);
        return pid === undefined ? [] : [{ ref, pid }];
      }),
    isRunning(ref) {
      const intent = readIntent(attemptDir(root, ref));
      return intent !== undefined && stateOfKnown(ref, intent).type === 'running';
    },
    start,
    startedWith: (ref) => readIntent(attemptDir(root, ref)),
    planStop(ref) {
      if (readIntent(attemptDir(root, ref))) markPlanned(attemptDir(root, ref));
    },
    signal(ref, signal) {
      const dir = attemptDir(root, ref);
      const intent = readIntent(dir);
      const shim = readShim(dir);
      if (!intent || !shim || readState(dir, intent, bootId).type !== 'running') return;
      if (signal === 'SIGKILL') markKilled(dir);
      logger.debug({ ...ref, signal, pid: shim.pid }, 'signal');
      killGroup(shim.pid, signal);
    },
    logFile: (ref) => join(attemptDir(root, ref), 'log'),
    forget(ref) {
      outputs.forget(ref);
      if (!release(readIntent(attemptDir(root, ref))?.limits?.groups ?? [])) return;
      rmSync(attemptDir(root, ref), { recursive: true, force: true });
    },
    async releaseLimits(pod) {
      const held = listAttempts(root, pod).map(({ intent }) => released(intent.limits, clock));
      return (await Promise.all(held)).every(Boolean);
    },
    forgetPod(pod) {
      outputs.forgetPod(pod);
      for (const key of latest.keys()) if (key.startsWith(`${pod}/`)) latest.delete(key);
    },
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      cancelCheck?.();
      listeners.clear();
    },
  };
}
