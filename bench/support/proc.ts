/** What a process and its children cost, by proc(5). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Linux counts CPU time in 1/100 s for user space, whatever the kernel's own tick is (`USER_HZ`). */
const TICKS_PER_SECOND = 100;

/** CPU seconds, user and system, of a process and of its living children, but for `except`. */
export function cpuSeconds(pid: number, except: readonly number[] = []): number {
  return [pid, ...childrenOf(pid)]
    .filter((one) => !except.includes(one))
    .reduce((sum, one) => sum + ownSeconds(one), 0);
}

/** Resident megabytes of one process, now or (`VmHWM`) at most so far. */
export function residentMb(pid: number, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const [, kilobytes = '0'] =
    new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

/** Makes VmHWM start again from the present. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Living processes whose parent it is. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => Number(statOf(one)[1]) === pid);
}

function ownSeconds(pid: number): number {
  const fields = statOf(pid);
  // utime, stime, and those of children that have ended.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** The fields behind the name of the program: state, ppid, … Empty where the process has ended. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
