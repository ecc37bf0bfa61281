import { rfc3339In } from '../../../base/timezone.ts';
import type { CronJob, Job } from '../../../kube/kinds/objects.data.ts';
import { controllerReference } from '../controllerref.ts';

/** Says in the zone of the CronJob when its Job was due (KEP-4026). */
const SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** By the minute: a Job that is due at one time is never made twice. `time`: milliseconds since the epoch. */
export const jobName = ({ metadata }: CronJob, time: number): string =>
  `${metadata.name}-${Math.floor(time / 60_000)}`;

/** The Job of one time (Kubernetes `cronjob/utils.go` getJobFromTemplate2). */
export function jobFrom(cronJob: CronJob, time: number): Job {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate;
  const { labels, annotations } = metadata;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, time),
      namespace: cronJob.metadata.namespace ?? '',
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, [SCHEDULED_TIMESTAMP]: rfc3339In(cronJob.spec.timeZone ?? 'UTC', time) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  };
}
