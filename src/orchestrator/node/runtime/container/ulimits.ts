import { readFileSync } from 'node:fs';
import { capabilitiesOf, hasCapability } from '../../../../base/capabilities.ts';
import type { Ulimit } from './engine/types.ts';

export interface OwnLimits {
  /** `/proc/self/limits` (proc(5)). */
  readonly limits: string;
  /** `/proc/self/status`. */
  readonly status: string;
  /** `/proc/sys/kernel/pid_max`. */
  readonly mostProcesses: number;
}

/**
 * Podman asks for a million open files and processes, which it may only where it has CAP_SYS_RESOURCE: elsewhere no container starts. There
 * they get what this program may have; of processes as many as there may be, to which Podman lowers its own limit. Pure.
 */
export function ulimitsFor({ limits, status, mostProcesses }: OwnLimits): readonly Ulimit[] {
  // Who has it may raise limits.
  if (hasCapability(capabilitiesOf(status), 'SYS_RESOURCE')) return [];
  const processes = hardLimit(limits, 'Max processes');
  return [
    ...ulimit('nofile', hardLimit(limits, 'Max open files')),
    ...ulimit('nproc', Math.min(processes, mostProcesses)),
  ];
}

/** Infinity: `unlimited`. */
function hardLimit(limits: string, row: string): number {
  const line = limits.split('\n').find((one) => one.startsWith(row)) ?? '';
  const hard = Number(line.slice(row.length).trim().split(/\s+/)[1]);
  return Number.isSafeInteger(hard) ? hard : Number.POSITIVE_INFINITY;
}

const ulimit = (Name: string, most: number): readonly Ulimit[] =>
  Number.isFinite(most) ? [{ Name, Soft: most, Hard: most }] : [];

export const readOwnLimits = (): OwnLimits => ({
  limits: readFileSync('/proc/self/limits', 'utf8'),
  status: readFileSync('/proc/self/status', 'utf8'),
  mostProcesses: Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8')),
});
