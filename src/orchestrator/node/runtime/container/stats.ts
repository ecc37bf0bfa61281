import type { ContainerStats } from '../runtime.ts';
import type { EngineStats } from './engine/types.ts';

/** The working set is what the kubelet calls memory (cAdvisor): without what the kernel would give back at once. Pure. */
export function statsOf(container: string, stats: EngineStats): ContainerStats {
  const { usage = 0, stats: parts = {} } = stats.memory_stats ?? {};
  const inactive = parts.total_inactive_file ?? parts.inactive_file ?? 0;
  return {
    container,
    cpuNanoseconds: stats.cpu_stats?.cpu_usage?.total_usage ?? 0,
    memoryBytes: Math.max(0, usage - inactive),
    processes: stats.pids_stats?.current ?? 0,
  };
}
