import { cpus, freemem, totalmem } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import type { NodeStatsResult } from '../link/requests.ts';

/** What everything on this machine uses, pods or not, as a Node's capacity is the machine's. What the kernel can give back at once is free. */
export function machineStats(clock: Clock): NodeStatsResult {
  const busyMs = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { at: clock.now(), cpuNanoseconds: busyMs * 1e6, memoryBytes: totalmem() - freemem() };
}
