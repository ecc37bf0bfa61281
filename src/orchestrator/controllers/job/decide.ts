import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { deadlineInMs, endOf, type JobEnd } from './end.ts';
import type { JobFacts } from './facts.ts';
import { type PodPlan, planPods } from './plan.ts';

export type JobStep =
  | { readonly type: 'end'; readonly end: JobEnd; readonly active: readonly Pod[] }
  | PodPlan;

/** What is to be done about the pods of a Job (Kubernetes `job_controller.go` syncJob); `account.ts` says what the status tells then. */
export function decideJob(facts: JobFacts, now: number): JobStep {
  const end = endOf(facts, now);
  if (end) return { type: 'end', end, active: facts.active };
  return facts.job.metadata.deletionTimestamp === undefined ? planPods(facts, now) : { type: 'keep' };
}

/** When time alone changes what is to be done, in milliseconds from now; undefined: never. */
export function againInMs({ job }: JobFacts, step: JobStep, now: number): number | undefined {
  if (step.type === 'end') return undefined;
  const waits = [step.type === 'wait' ? step.afterMs : undefined, deadlineInMs(job, now)];
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
