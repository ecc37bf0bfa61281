import { JOB } from '../../../kube/kinds/job.ts';
import type { Job } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME } from './columns.ts';
import { ageOf, humanDuration } from './humanduration.ts';
import { withGeneratedSelector } from './jobselector.ts';
import type { Strategy } from './kind.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { containersAndImages, selectorColumn, WORKLOAD } from './workload.ts';

/** Kubernetes `pkg/registry/batch/job/strategy.go`. */
const STRATEGY: Strategy = {
  ...WORKLOAD,
  propagation: 'Orphan',
  prepareForCreate: (object) => withGeneratedSelector(object as Job),
};

export const SERVED_JOB: ServedRow = {
  kind: JOB,
  strategy: STRATEGY,
  columns: [
    NAME,
    column<Job>('Status', jobStatus),
    column<Job>('Completions', completions),
    column<Job>('Duration', duration),
    AGE,
    ...containersAndImages<Job>(({ spec }) => spec?.template),
    selectorColumn<Job>(({ spec }) => spec?.selector),
  ],
  subresources: [STATUS],
};

function jobStatus({ metadata, status }: Job): string {
  const has = (type: string) => status?.conditions?.some((one) => one.type === type && one.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (typeof spec?.completions === 'number') return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration({ status }: Job, now: number): string {
  const { startTime, completionTime } = status ?? {};
  if (!startTime) return '';
  return completionTime
    ? humanDuration(Date.parse(completionTime) - Date.parse(startTime))
    : ageOf(startTime, now);
}
