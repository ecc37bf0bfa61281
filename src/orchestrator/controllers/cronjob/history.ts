import type { CronJob, Job } from '../../../kube/kinds/objects.data.ts';
import { finishedCondition } from '../jobs.ts';

/** Jobs that have ended beyond the number that is kept, the oldest first (Kubernetes `cronjob_controllerv2.go` cleanupFinishedJobs). */
export function surplusJobs({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const limits = [
    ['Complete', spec.successfulJobsHistoryLimit],
    ['Failed', spec.failedJobsHistoryLimit],
  ] as const;
  return limits.flatMap(([type, limit]) => {
    const ended = jobs.filter((job) => finishedCondition(job)?.type === type).sort(byStart);
    return ended.slice(0, Math.max(0, ended.length - (limit ?? Infinity)));
  });
}

/** Those that never began come last. */
function byStart(a: Job, b: Job): number {
  const [one, other] = [a, b].map(({ status }) =>
    status?.startTime ? Date.parse(status.startTime) : Infinity,
  );
  if (one !== other && one !== undefined && other !== undefined) return one - other;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
