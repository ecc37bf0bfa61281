import type { Resources } from '../../spec.ts';

/** A file of a control group, and what is written to it. */
export interface Setting {
  readonly controller: 'cpu' | 'memory';
  readonly file: string;
  readonly value: string;
  /** Not every kernel has it: one without counts no swap, or kills one process of a group alone. */
  readonly optional?: true;
}

/** kubelet `pkg/kubelet/cm/helpers_linux.go`. */
const SHARES_PER_CPU = 1024;
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
const PERIOD_US = 100_000;
const MIN_QUOTA_US = 1_000;

const sharesOf = (cpuMillis: number): number =>
  Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.floor((cpuMillis * SHARES_PER_CPU) / 1000)));

/** 2…262144 → 1…10000, as runc converts shares (libcontainer `ConvertCPUSharesToCgroupV2Value`, until 1.3). */
const weightOf = (shares: number): number =>
  1 + Math.floor(((shares - MIN_SHARES) * 9_999) / (MAX_SHARES - MIN_SHARES));

export const cpuShare = (version: 1 | 2, cpuMillis: number): Setting =>
  version === 1
    ? { controller: 'cpu', file: 'cpu.shares', value: String(sharesOf(cpuMillis)) }
    : { controller: 'cpu', file: 'cpu.weight', value: String(weightOf(sharesOf(cpuMillis))) };

/** How a container's requests and limits are written to its group; empty: it asks for nothing. Swap is no way around a limit of memory. */
export function settingsFor(version: 1 | 2, { requests, limits }: Resources): readonly Setting[] {
  const wanted = requests.cpuMillis ?? limits.cpuMillis;
  return [
    ...(wanted === undefined ? [] : [cpuShare(version, wanted)]),
    ...(limits.cpuMillis ? quota(version, limits.cpuMillis) : []),
    ...(limits.memoryBytes ? memory(version, String(limits.memoryBytes)) : []),
  ];
}

function quota(version: 1 | 2, cpuMillis: number): readonly Setting[] {
  const quota = String(Math.max(MIN_QUOTA_US, Math.floor((cpuMillis * PERIOD_US) / 1000)));
  if (version === 2) return [{ controller: 'cpu', file: 'cpu.max', value: `${quota} ${PERIOD_US}` }];
  return [
    { controller: 'cpu', file: 'cpu.cfs_period_us', value: String(PERIOD_US) },
    { controller: 'cpu', file: 'cpu.cfs_quota_us', value: quota },
  ];
}

/** The bound of memory and swap may not be below that of memory: it comes second. */
function memory(version: 1 | 2, value: string): readonly Setting[] {
  const controller = 'memory' as const;
  if (version === 1)
    return [
      { controller, file: 'memory.limit_in_bytes', value },
      { controller, file: 'memory.memsw.limit_in_bytes', value, optional: true },
    ];
  return [
    { controller, file: 'memory.max', value },
    { controller, file: 'memory.swap.max', value: '0', optional: true },
    { controller, file: 'memory.oom.group', value: '1', optional: true },
  ];
}

/** The file of a group whose line `oom_kill N` counts what the kernel has killed at its limit of memory. */
export const oomCounter = (version: 1 | 2): string =>
  version === 1 ? 'memory.oom_control' : 'memory.events';
