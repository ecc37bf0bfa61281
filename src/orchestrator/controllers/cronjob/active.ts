import type { CronJob, CronJobStatus, Job, ObjectReference } from '../../../kube/kinds/objects.data.ts';
import { type Happening, normal, warning } from '../happening.ts';
import { finishedCondition } from '../jobs.ts';

export interface Review {
  readonly status: CronJobStatus;
  readonly events: readonly Happening[];
}

export const activeOf = ({ status }: CronJob): readonly ObjectReference[] => status?.active ?? [];

export function withoutActive(status: CronJobStatus, uid: string | undefined): CronJobStatus {
  return { ...status, active: (status.active ?? []).filter((one) => one.uid !== uid) };
}

export const withActive = (status: CronJobStatus, { apiVersion, kind, metadata }: Job): CronJobStatus => {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
  const reference = { apiVersion, kind, namespace, name, uid, resourceVersion };
  return { ...status, active: [...(status.active ?? []), reference] };
};

/**
 * What has become of the Jobs of a CronJob since its status was written (Kubernetes `cronjob_controllerv2.go` syncCronJob). `jobs`: those
 * that it controls; `missing`: active ones that exist no more.
 */
export function reviewJobs(
  cronJob: CronJob,
  jobs: readonly Job[],
  missing: readonly ObjectReference[],
): Review {
  const events: Happening[] = [];
  let status: CronJobStatus = cronJob.status ?? {};
  for (const job of jobs) {
    const { uid, name } = job.metadata;
    const isKnown = activeOf(cronJob).some((one) => one.uid === uid);
    const end = finishedCondition(job);
    if (!end && !isKnown) {
      events.push(
        warning('UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`),
      );
    }
    if (end && isKnown) {
      status = withoutActive(status, uid);
      events.push(normal('SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`));
    }
    status = withSuccess(status, job);
  }
  for (const { name, uid } of missing) {
    status = withoutActive(status, uid);
    events.push(normal('MissingJob', `Active job went missing: ${name}`));
  }
  return { status, events };
}

function withSuccess(status: CronJobStatus, job: Job): CronJobStatus {
  const { completionTime } = job.status ?? {};
  if (finishedCondition(job)?.type !== 'Complete' || completionTime === undefined) return status;
  const isNewer = Date.parse(completionTime) > Date.parse(status.lastSuccessfulTime ?? '1970-01-01');
  return isNewer ? { ...status, lastSuccessfulTime: completionTime } : status;
}
