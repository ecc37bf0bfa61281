import type { Job, JobSpec, JobStatus, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import type { Condition } from '../../../../src/kube/values/condition.ts';
import { type JobFacts, observeJob } from '../../../../src/orchestrator/controllers/job/facts.ts';
import {
  COMPLETION_INDEX,
  INDEX_FAILURES,
  INDEX_IGNORED_FAILURES,
  TRACKING_FINALIZER,
} from '../../../../src/orchestrator/controllers/job/labels.ts';
import { ago, NOW } from '../notation.ts';

/** A Job with the defaults that the API server fills in. */
export const job = (spec: Partial<JobSpec> = {}, status?: JobStatus, metadata: object = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'sum', namespace: 'shop', uid: 'sum-uid', ...metadata },
  spec: {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    podReplacementPolicy: spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
    suspend: false,
    selector: { matchLabels: { job: 'sum' } },
    template: {
      metadata: { labels: { job: 'sum' } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'host' }] },
    },
    ...spec,
  },
  ...(status ? { status } : {}),
});

/** A Job of `completions` indexes. */
export const indexed = (completions: number, spec: Partial<JobSpec> = {}, status?: JobStatus): Job =>
  job({ completionMode: 'Indexed', completions, parallelism: completions, ...spec }, status);

export interface JobPodFacts {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly index?: number;
  /** Seconds since its container ended. */
  readonly ended?: number;
  readonly exitCode?: number;
  readonly restarts?: number;
  readonly failures?: number;
  readonly ignored?: number;
  readonly leaving?: boolean;
  readonly ready?: boolean;
  readonly counted?: boolean;
  readonly created?: number;
  readonly conditions?: readonly Condition[];
}

/** A pod of the Job; `counted`: without the finalizer. */
export function jobPod(name: string, facts: JobPodFacts = {}): Pod {
  const { phase = 'Running', index, ended = 5, exitCode, restarts = 0, leaving, ready, counted } = facts;
  const { failures, ignored, created = 100, conditions = [] } = facts;
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  const code = exitCode ?? (phase === 'Failed' ? 1 : 0);
  const annotations = {
    ...(index === undefined ? {} : { [COMPLETION_INDEX]: String(index) }),
    ...(failures === undefined ? {} : { [INDEX_FAILURES]: String(failures) }),
    ...(ignored === undefined ? {} : { [INDEX_IGNORED_FAILURES]: String(ignored) }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      creationTimestamp: ago(created),
      annotations,
      ...(leaving ? { deletionTimestamp: ago(1) } : {}),
      ...(counted ? {} : { finalizers: [TRACKING_FINALIZER] }),
    },
    spec: { containers: [{ name: 'main' }], nodeName: 'n1' },
    status: {
      phase,
      conditions: [...conditions, ...(ready ? [{ type: 'Ready', status: 'True' as const }] : [])],
      containerStatuses: [
        {
          name: 'main',
          ready: false,
          image: '',
          imageID: '',
          restartCount: restarts,
          state: hasEnded ? { terminated: { exitCode: code, finishedAt: ago(ended) } } : {},
        },
      ],
    },
  };
}

export const facts = (of: Job, ...pods: readonly Pod[]): JobFacts => observeJob(of, pods, { failures: 0 });

/** A condition of a Job that is true. */
export const met = (type: string, reason = 'Because', message = 'so'): Condition => ({
  type,
  status: 'True',
  reason,
  message,
});

export const running = (...indexes: readonly number[]): Pod[] =>
  indexes.map((index) => jobPod(`p${index}`, { index }));

export { ago, NOW };
