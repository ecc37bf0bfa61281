import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../../../base/errors.ts';
import { isSameProcess } from '../../../../base/process.ts';
import { entriesOf, readRecord, writeRecord } from '../../../../base/recordfile.ts';
import { unlessRefused } from '../../../../base/storage.ts';
import type { AttemptState } from '../runtime.ts';
import type { ContainerRef, ImageRef, InputMode, Resources, RestartCount } from '../spec.ts';
import type { Sandbox } from './confinement/confinement.ts';
import type { HeldLimits } from './limits/limits.ts';

/** A container as a program of this machine. */
export interface ProgramSpec {
  /** The program as an absolute path, and its arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly image: ImageRef;
  /** Absent: it runs as the agent does. */
  readonly sandbox?: Sandbox;
  /** Its standard input is a named pipe of the attempt (`input.ts`). */
  readonly input?: InputMode;
  /** It runs in a terminal (`terminal.ts`). */
  readonly tty?: boolean;
  /** Absent: it asks for nothing. */
  readonly resources?: Resources;
  /** Absolute path of the file of its termination message. */
  readonly messageFile?: string;
}

/** The state of an attempt whose shim runs as `pid`; 0 while the shim is about to write its pid. */
export type ProcessState =
  | { readonly type: 'running'; readonly pid: number }
  | Exclude<AttemptState, { type: 'running' }>;

/**
 * The record of one attempt to run a container: `<root>/<pod uid>/<container>/<attempt>/` with
 * `intent.json` (written before the spawn), `pid` (the shim's line of /proc/PID/stat), `log`, `exit` (written by the shim as the last thing),
 * `counter` (where the kernel counts what it kills at the limit of memory), `oom` (written by the shim: it has killed something),
 * `killed` (written before a SIGKILL, which takes the shim along), `planned` (written before the node is taken down), `swept` (what a lost shim left behind was killed). All that an agent knows about processes is read from here.
 * Pods keep their own files beside the containers under names with a leading dot, which no container can have.
 */
export interface Intent extends ProgramSpec, RestartCount {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** A pid and a start time mean a process only within one boot. */
  readonly bootId: string;
  readonly limits?: HeldLimits | undefined;
}

export const attemptDir = (root: string, ref: ContainerRef): string =>
  join(root, ref.pod, ref.container, String(ref.attempt));

/** Only the agent's user reads these files: environments hold secrets. */
export function writeIntent(dir: string, intent: Intent): void {
  writeRecord(join(dir, 'intent.json'), intent);
  const { oomCounter } = intent.limits ?? {};
  if (oomCounter !== undefined) writeFileSync(join(dir, 'counter'), `${oomCounter}\n`);
}

export const readIntent = (dir: string): Intent | undefined => readRecord(join(dir, 'intent.json'));

/** Every attempt of the pod that has a whole intent, by container, then oldest first. */
export function listAttempts(root: string, pod: string): { ref: ContainerRef; intent: Intent }[] {
  const containers = entriesOf(join(root, pod)).filter((name) => !name.startsWith('.'));
  return containers.flatMap((container) =>
    entriesOf(join(root, pod, container))
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b)
      .flatMap((attempt) => {
        const ref = { pod, container, attempt };
        const intent = readIntent(attemptDir(root, ref));
        return intent ? [{ ref, intent }] : [];
      }),
  );
}

/** Folders of control groups of all attempts. */
export const recordedGroups = (root: string): ReadonlySet<string> =>
  new Set(
    entriesOf(root).flatMap((pod) =>
      listAttempts(root, pod).flatMap(({ intent }) => intent.limits?.groups ?? []),
    ),
  );

export type ShimProcess = { readonly pid: number; readonly startTime: string };

/** undefined until the shim has written its whole line. */
export function readShim(dir: string): ShimProcess | undefined {
  const line = readIfThere(join(dir, 'pid'));
  if (!line?.endsWith('\n')) return undefined;
  const pid = Number.parseInt(line, 10);
  // Fields of /proc/PID/stat after the command name, which may hold anything: 22 is the start time (proc(5)).
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return pid > 0 ? { pid, startTime: line.includes(')') ? (fields[19] ?? '') : '' } : undefined;
}

const CLAIM = 'abandoned\n';

/** Takes the place of the shim's pid file: true when no shim was there first, and now none ever will be. */
export function claim(dir: string): boolean {
  try {
    writeFileSync(join(dir, 'pid'), CLAIM, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    // It is being removed: no shim can write there any more either.
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}

/** 'unstarted': the shim has not written its pid yet, or died before it could. */
export function readState(dir: string, intent: Intent, bootId: string): ProcessState | { type: 'unstarted' } {
  const ended = readExit(dir);
  if (ended) return ended;
  // The machine was restarted.
  if (intent.bootId !== bootId) return { type: 'lost', finishedAt: intent.startedAt, planned: true };
  const shim = readShim(dir);
  if (!shim) {
    return readIfThere(join(dir, 'pid')) === CLAIM
      ? { type: 'lost', finishedAt: intent.startedAt }
      : { type: 'unstarted' };
  }
  if (isSameProcess(shim.pid, shim.startTime)) return { type: 'running', pid: shim.pid };
  // The shim may have written the code and ended between the two looks.
  return readExit(dir) ?? endWithoutCode(dir, intent);
}

function readExit(dir: string): ProcessState | undefined {
  const code = readIfThere(join(dir, 'exit'));
  if (code === undefined) return undefined;
  const exitCode = Number.parseInt(code, 10);
  const isOutOfMemory = exitCode !== 0 && modified(join(dir, 'oom')) !== undefined;
  return {
    type: 'exited',
    exitCode,
    finishedAt: modified(join(dir, 'exit')) ?? 0,
    ...(isOutOfMemory ? { isOutOfMemory } : {}),
    ...planned(dir),
  };
}

/** Our own SIGKILL to the group takes the shim along before it can write the 137 that it would have seen. */
function endWithoutCode(dir: string, intent: Intent): ProcessState {
  const killedAt = modified(join(dir, 'killed'));
  if (killedAt !== undefined) return { type: 'exited', exitCode: 137, finishedAt: killedAt, ...planned(dir) };
  return { type: 'lost', finishedAt: modified(join(dir, 'log')) ?? intent.startedAt };
}

const planned = (dir: string): { planned?: true } =>
  modified(join(dir, 'planned')) === undefined ? {} : { planned: true };

/** Left out on a full disk, as `killed` is: the program is ended all the same, and its end is then reported less exactly. */
export function markPlanned(dir: string): void {
  unlessRefused(() => writeFileSync(join(dir, 'planned'), ''));
}

export function markKilled(dir: string): void {
  unlessRefused(() => writeFileSync(join(dir, 'killed'), ''));
}

/** True once for an attempt: the caller kills what a lost shim has left behind. False also where nothing can be written. */
export function claimSweep(dir: string): boolean {
  try {
    writeFileSync(join(dir, 'swept'), '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function modified(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
