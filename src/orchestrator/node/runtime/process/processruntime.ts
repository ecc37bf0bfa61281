import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, sleep } from '../../../../base/clock.ts';
import type { Logger } from '../../../../base/log.ts';
import { processStartTime } from '../../../../base/process.ts';
import { removeTree } from '../../../../base/removetree.ts';
import type {
  Attempt,
  AttemptState,
  ContainerRef,
  ContainerRuntime,
  StartRequest,
  StartResult,
} from '../runtime.ts';
import {
  attemptDir,
  claim,
  claimSweep,
  entries,
  type Intent,
  listAttempts,
  markKilled,
  markPlanned,
  readBootId,
  readIntent,
  readShim,
  readState,
  writeIntent,
} from './attemptrecord.ts';
import { commandBeside, commandOf } from './confinedcommand.ts';
import { createLastOutputs } from './lastoutput.ts';
import { killLeftovers } from './leftovers.ts';
import { findProgram } from './program.ts';
import { SHIM, SHIM_NAME } from './shim.ts';
import { killGroup, runToEnd } from './spawn.ts';

export interface ProcessRuntimeOptions {
  /** Below it one directory per pod, named by its uid. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often processes that another agent started, which are no children of this one, are looked at. */
const LOOK_MS = 200;
/** A shim writes its pid as its first deed: one that has not by then never will. */
const START_MS = 5_000;
/** kubelet `pkg/probe`: output of a command is read up to here. */
const OUTPUT_BYTES = 10 * 1024;

/** Containers as plain processes of this machine, each under a shim (`shim.ts`), recorded in directories (`attemptrecord.ts`). */
export function createProcessRuntime({ root, clock, logger }: ProcessRuntimeOptions): ContainerRuntime {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const bootId = readBootId();
  const listeners = new Set<(pod: string) => void>();
  const outputs = createLastOutputs((ref) => join(attemptDir(root, ref), 'log'));
  /** Running attempts that this agent did not start, by directory. */
  const adopted = new Map<string, { ref: ContainerRef; intent: Intent }>();
  /** The last attempt of each container that this agent has begun. */
  const latest = new Map<string, number>();
  let cancelLook: (() => void) | undefined;
  let closed = false;

  function tell(pod: string): void {
    for (const listener of listeners) listener(pod);
  }

  /** Its exit code may have been read before, and the next attempt begun: what carries the container's mark then is that one's. */
  function endWith(ref: ContainerRef): void {
    if (closed) return;
    if ((latest.get(`${ref.pod}/${ref.container}`) ?? 0) <= ref.attempt) killLeftovers(root, ref);
    tell(ref.pod);
  }

  /** Of an attempt that is no child of ours: one without a pid file is claimed, so that a shim which was merely slow runs nothing. */
  function stateOf(ref: ContainerRef, intent: Intent): AttemptState {
    const dir = attemptDir(root, ref);
    const state = readState(dir, intent, bootId);
    if (state.type !== 'unstarted') return state;
    const lost: AttemptState = { type: 'lost', finishedAt: intent.startedAt };
    if (claim(dir)) return lost;
    const age = clock.now() - intent.startedAt;
    return age > START_MS ? lost : stateOfStarting(dir, intent);
  }

  /** The pid file may be there and its line not yet: the shim is between two system calls. */
  function stateOfStarting(dir: string, intent: Intent): AttemptState {
    const state = readState(dir, intent, bootId);
    return state.type === 'unstarted' ? { type: 'running', pid: 0 } : state;
  }

  function look(): void {
    cancelLook = undefined;
    for (const [dir, { ref, intent }] of adopted) {
      if (stateOf(ref, intent).type === 'running') continue;
      adopted.delete(dir);
      endWith(ref);
    }
    scheduleLook();
  }

  function scheduleLook(): void {
    if (adopted.size > 0 && !cancelLook && !closed) cancelLook = clock.after(LOOK_MS, look);
  }

  function adopt(ref: ContainerRef, intent: Intent): void {
    const dir = attemptDir(root, ref);
    if (children.has(dir) || adopted.has(dir)) return;
    adopted.set(dir, { ref, intent });
    scheduleLook();
  }

  /** Directories of attempts whose shim is a child of this process, which learns of its end at once. */
  const children = new Set<string>();

  async function start(request: StartRequest): Promise<StartResult> {
    const { ref, ...rest } = request;
    const dir = attemptDir(root, ref);
    // Of an attempt that ended while no agent ran.
    if (ref.attempt > 0) killLeftovers(root, ref);
    latest.set(`${ref.pod}/${ref.container}`, ref.attempt);
    writeIntent(dir, { ...rest, startedAt: clock.now(), bootId });
    // It exists from the start, so that whoever follows the log has something to follow.
    writeFileSync(join(dir, 'log'), '', { flag: 'a', mode: 0o600 });
    const { argv, ...place } = commandOf(dir, request);
    const child = spawn('/bin/sh', ['-c', SHIM, SHIM_NAME, dir, ...argv], {
      ...place,
      detached: true,
      stdio: 'ignore',
    });
    child.unref();
    children.add(dir);
    const failure = new Promise<string>((resolve) => child.once('error', (error) => resolve(error.message)));
    let ended = false;
    child.once('exit', () => {
      ended = true;
      children.delete(dir);
      endWith(ref);
    });
    const outcome = await Promise.race([failure, startedOrGone(dir, () => ended)]);
    if (outcome === undefined) return { ok: true };
    children.delete(dir);
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

  return {
    pods: () => entries(root),
    attempts: (pod) =>
      listAttempts(root, pod).map(({ ref, intent }): Attempt => {
        const state = stateOfKnown(ref, intent);
        if (state.type === 'running') adopt(ref, intent);
        if (state.type === 'lost' && intent.bootId === bootId) sweep(attemptDir(root, ref));
        const { startedAt, backOffMs, image, restarts = ref.attempt } = intent;
        const output = state.type === 'exited' && state.exitCode !== 0 ? outputs.of(ref) : undefined;
        return { ref, startedAt, backOffMs, restarts, image, state, ...(output ? { output } : {}) };
      }),
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
    exec: (ref, command, { timeoutMs, signal }) => exec(ref, command, timeoutMs, signal),
    logFile: (ref) => join(attemptDir(root, ref), 'log'),
    forget(ref) {
      outputs.forget(ref);
      rmSync(attemptDir(root, ref), { recursive: true, force: true });
    },
    forgetPod(pod) {
      outputs.forgetPod(pod);
      for (const key of latest.keys()) if (key.startsWith(`${pod}/`)) latest.delete(key);
      return removeTree(join(root, pod));
    },
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      cancelLook?.();
      listeners.clear();
    },
  };

  /**
   * Whoever killed a shim alone left its program running, with the address that the next attempt needs. The number of a group is
   * nobody else's while it has members (Linux `alloc_pid`), so a process of that number now means that the group is no more.
   */
  function sweep(dir: string): void {
    const leader = readShim(dir)?.pid;
    if (leader !== undefined && processStartTime(leader) === undefined && claimSweep(dir))
      killGroup(leader, 'SIGKILL');
  }

  /** While our own child lives there is nothing to claim: it is running or about to. */
  function stateOfKnown(ref: ContainerRef, intent: Intent): AttemptState {
    const dir = attemptDir(root, ref);
    return children.has(dir) ? stateOfStarting(dir, intent) : stateOf(ref, intent);
  }

  async function exec(
    ref: ContainerRef,
    command: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ) {
    const intent = readIntent(attemptDir(root, ref));
    const [name, ...args] = command;
    if (!intent || name === undefined) return { type: 'error', message: 'there is nothing to run' } as const;
    const program = findProgram(name, intent.cwd, intent.env.PATH);
    if (!program.ok) return { type: 'error', message: program.message } as const;
    const output = boundedText(OUTPUT_BYTES);
    const running = { ...intent, argv: [program.path, ...args] } as const;
    const beside = commandBeside(attemptDir(root, ref), running);
    if (!beside) return { type: 'error', message: 'the container does not run' } as const;
    const outcome = await runToEnd({
      ...beside,
      timeoutMs,
      clock,
      onOutput: output.add,
      ...(signal ? { signal } : {}),
    });
    switch (outcome.type) {
      case 'exited':
      case 'timeout':
        return { ...outcome, output: output.text() };
      case 'aborted':
        return { type: 'error', message: 'it was called off' } as const;
      case 'error':
        return outcome;
    }
  }
}

function boundedText(limit: number): { add(piece: Buffer): void; text(): string } {
  const pieces: Buffer[] = [];
  let size = 0;
  return {
    add(piece) {
      if (size >= limit) return;
      pieces.push(piece.subarray(0, limit - size));
      size += piece.length;
    },
    text: () => Buffer.concat(pieces).toString('utf8'),
  };
}
