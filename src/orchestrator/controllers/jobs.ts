import type { Job } from '../../kube/kinds/objects.data.ts';
import type { Condition } from '../../kube/values/condition.ts';

/** The condition that says that a Job has ended, `Complete` or `Failed` (Kubernetes `job/util/utils.go` FinishedCondition). */
export const finishedCondition = ({ status }: Job): Condition | undefined =>
  status?.conditions?.find(
    (one) => (one.type === 'Complete' || one.type === 'Failed') && one.status === 'True',
  );

export const isJobFinished = (job: Job): boolean => finishedCondition(job) !== undefined;

const JOB_CONTROLLER = 'kubernetes.io/job-controller';

/** Another controller says that the Job is its own (KEP-4368). */
export const isManagedElsewhere = ({ spec }: Job): boolean =>
  (spec.managedBy ?? JOB_CONTROLLER) !== JOB_CONTROLLER;
