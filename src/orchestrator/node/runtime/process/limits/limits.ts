import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { type Clock, sleep } from '../../../../../base/clock.ts';
import { errnoOf } from '../../../../../base/errors.ts';
import type { Logger } from '../../../../../base/log.ts';
import type { ContainerRef, Resources } from '../../spec.ts';
import type { Argv } from '../confinement/command.ts';
import type { Hierarchies } from './hierarchies.ts';
import { cpuShare, oomCounter, type Setting, settingsFor } from './settings.ts';

/** How an attempt is held to its limits; recorded with it, so that any agent can undo it. */
export interface HeldLimits {
  /** Folders of its control groups. */
  readonly groups: readonly string[];
  /** A file that counts what the kernel has killed in them for want of memory. */
  readonly oomCounter?: string;
  /** RLIMIT_DATA of each of its processes. */
  readonly dataBytes?: number;
}

export interface Held {
  /** Absent: it asks for nothing, or for nothing that can be given. */
  readonly limits?: HeldLimits;
  /** Of what it asks for and does not get, or gets in part: the field, and why. */
  readonly unsupported: readonly string[];
}

export interface Limits {
  /** Never throws: without control groups a program runs with what there is instead. */
  hold(ref: ContainerRef, resources: Resources | undefined): Held;
  /** Removes groups in which nothing runs and that no record names: of an agent that ended between the two. Never throws. */
  sweep(recorded: () => ReadonlySet<string>): void;
}

export interface LimitsOptions {
  /** Name of the group that holds all others: each agent of a machine has its own. */
  readonly name: string;
  /** undefined: the machine has none. */
  readonly hierarchies: Hierarchies | undefined;
  readonly logger: Logger;
}

export const NO_LIMITS: Limits = { hold: () => ({ unsupported: [] }), sweep: () => {} };

/**
 * Control groups where they can be written, as the kubelet sets them; else `RLIMIT_DATA` for memory and nothing for processor time.
 * RLIMIT_DATA bounds what each process by itself may write to of its own memory: a program that wants more is refused it (ENOMEM) and not killed. RLIMIT_AS
 * would count what is only reserved, of which Node and Go take gigabytes.
 *
 * Only who asks for something has a group: whoever asks for nothing stays where the agent is.
 */
export function createLimits({ name, hierarchies, logger }: LimitsOptions): Limits {
  const tops =
    hierarchies?.version === 2
      ? { cpu: join(hierarchies.unified, name), memory: join(hierarchies.unified, name) }
      : hierarchies && { cpu: join(hierarchies.cpu, name), memory: join(hierarchies.memory, name) };
  let told = false;

  function asGroups(ref: ContainerRef, resources: Resources): HeldLimits | undefined {
    if (!hierarchies || !tops) throw new Error('no controllers for processor time and memory are mounted');
    const settings = settingsFor(hierarchies.version, resources);
    const [first] = settings;
    if (!first) return undefined;
    const folder = `${ref.pod}_${ref.container}_${ref.attempt}`;
    const groups = [...new Set(settings.map(({ controller }) => join(tops[controller], folder)))];
    try {
      // Of an agent that ended before it had recorded them.
      release(groups);
      for (const group of groups) makeGroup(group, hierarchies);
      for (const one of settings) write(join(tops[one.controller], folder), one);
    } catch (error) {
      release(groups);
      throw error;
    }
    const isBounded = resources.limits.memoryBytes !== undefined;
    const counter = join(tops.memory, folder, oomCounter(hierarchies.version));
    return { groups, ...(isBounded ? { oomCounter: counter } : {}) };
  }

  return {
    hold(ref, resources = { requests: {}, limits: {} }) {
      try {
        const limits = asGroups(ref, resources);
        return { ...(limits ? { limits } : {}), unsupported: [] };
      } catch (error) {
        const why = `no control group can be made: ${error instanceof Error ? error.message : error}`;
        if (!told) logger.info({ why }, 'limits of processes are held by rlimits');
        told = true;
        return withoutGroups(resources, why);
      }
    },
    sweep(recorded) {
      const groups = [...new Set(Object.values(tops ?? {}))].flatMap(foldersOf);
      if (groups.length === 0) return;
      const known = recorded();
      for (const group of groups) if (!known.has(group)) removeEmpty(group);
    },
  };
}

/** Pure. */
export function withoutGroups({ limits }: Resources, why: string): Held {
  const { cpuMillis, memoryBytes } = limits;
  return {
    ...(memoryBytes ? { limits: { groups: [], dataBytes: memoryBytes } } : {}),
    unsupported: [
      ...(cpuMillis ? [`resources.limits.cpu is not enforced: ${why}`] : []),
      ...(memoryBytes
        ? [`resources.limits.memory bounds the data of each process by itself (RLIMIT_DATA): ${why}`]
        : []),
    ],
  };
}

/** The group of all of them has as much of the machine as the machine has processors. */
function makeGroup(group: string, { version }: Hierarchies): void {
  const top = dirname(group);
  const isFirst = !existsSync(top);
  if (isFirst) mkdirSync(top);
  if (version === 2) for (const folder of [dirname(top), top]) enableControllers(folder);
  if (isFirst) write(top, { ...cpuShare(version, cpus().length * 1000), optional: true });
  mkdirSync(group, { recursive: true });
}

/** For the groups below a folder: where they are not enabled there are no files to write to. */
function enableControllers(folder: string): void {
  const file = join(folder, 'cgroup.subtree_control');
  const enabled = readFileSync(file, 'utf8').trim().split(' ');
  const missing = ['cpu', 'memory'].filter((controller) => !enabled.includes(controller));
  if (missing.length > 0) writeFileSync(file, missing.map((controller) => `+${controller}`).join(' '));
}

/** Files of control groups are the kernel's: one that is not there is not made. */
function write(group: string, { file, value, optional }: Setting): void {
  try {
    writeFileSync(join(group, file), value, { flag: 'r+' });
  } catch (error) {
    if (!optional) throw error;
  }
}

/** Kills what is left in the groups and removes them, and the group of all with the last. False: something in them has not ended yet. */
export function release(groups: readonly string[]): boolean {
  return groups.map(removeGroup).every(Boolean);
}

/** A group can be removed once the kernel has done with the last process in it. */
const RELEASE_MS = 20;
const LONGEST_RELEASE_MS = 2_000;

/** The same, until they are gone, or for so long as what is in them does not end: false. Never rejects. */
export async function released(limits: HeldLimits | undefined, clock: Clock): Promise<boolean> {
  const deadline = clock.monotonic() + LONGEST_RELEASE_MS;
  while (!release(limits?.groups ?? [])) {
    if (clock.monotonic() >= deadline) return false;
    await sleep(clock, RELEASE_MS);
  }
  return true;
}

function removeGroup(group: string): boolean {
  for (const pid of processesOf(group)) kill(pid);
  return removeEmpty(group);
}

/** Folders in a group are groups; everything else in it is the kernel's. */
function foldersOf(group: string): readonly string[] {
  try {
    const entries = readdirSync(group, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(group, name));
  } catch {
    return [];
  }
}

/** The kernel refuses to remove a group with processes. */
function removeEmpty(group: string): boolean {
  try {
    rmdirSync(group);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') return false;
  }
  try {
    rmdirSync(dirname(group));
  } catch {
    // Others are in it.
  }
  return true;
}

function processesOf(group: string): readonly number[] {
  try {
    return readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    if (pid > 0 && pid !== process.pid) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Enters the groups before anything else, while it still may: a program that is started has them from its first instruction. */
const ENTER = `while [ "$1" != -- ]; do
  case $1 in
  group:*) echo 0 >"\${1#*:}/cgroup.procs" || exit 125 ;;
  data:*) ulimit -d "\${1#*:}" || exit 125 ;;
  esac
  shift
done
shift
exec "$@"`;

/** What to run so that it is held to the limits. */
export function within(limits: HeldLimits | undefined, argv: Argv): Argv {
  if (!limits) return argv;
  const { groups, dataBytes } = limits;
  const words = [
    ...groups.map((group) => `group:${group}`),
    ...(dataBytes === undefined ? [] : [`data:${Math.ceil(dataBytes / 1024)}`]),
  ];
  return ['/bin/sh', '-c', ENTER, 'pilotage-limits', ...words, '--', ...argv];
}
