import { backoffMs } from '../../../base/queue.ts';
import type { Attempt } from '../runtime/runtime.ts';

/** kubelet `kuberuntime_manager.go` and `kubelet.go`: 10 s doubled to 300 s; after a run of 10 minutes the back-off starts over. */
const BASE_MS = 10_000;
const MAX_MS = 300_000;
const RESET_MS = 600_000;
const STEADY_MS = 2_000;

/** It ended with its node, not by itself: there is nothing to wait for and nothing to count. */
export const isPlanned = ({ state }: Attempt): boolean => state.type !== 'running' && state.planned === true;

/** How long the restart after an attempt that follows `ended` will wait: recorded with that attempt. The first restart is at once. */
export function nextBackOff(ended: Attempt): number {
  if (isPlanned(ended)) return ended.backOffMs;
  const ranFor = ended.state.type === 'running' ? 0 : ended.state.finishedAt - ended.startedAt;
  if (ended.backOffMs === 0 || ranFor >= RESET_MS) return BASE_MS;
  return Math.min(MAX_MS, ended.backOffMs * 2);
}

/** When the attempt after `ended` may begin, in ms since the epoch. Never further off than the back-off, whatever the wall clock did. */
export function restartAt(ended: Attempt, now: number): number {
  if (ended.state.type === 'running' || isPlanned(ended)) return now;
  const ranFor = ended.state.finishedAt - ended.startedAt;
  const wait = ranFor >= RESET_MS ? 0 : ended.backOffMs;
  return Math.min(ended.state.finishedAt + wait, now + wait);
}

const OF_IMAGES: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'InvalidImageName',
]);

/** Of what could not be started at all: an image is tried ever more rarely, what people repair within seconds steadily. */
export function retryMs(reason: string, failures: number): number {
  if (!OF_IMAGES.has(reason)) return STEADY_MS;
  return backoffMs(failures, BASE_MS, MAX_MS);
}
