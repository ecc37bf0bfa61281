import type {
  CronJob,
  CronJobSpec,
  CronJobStatus,
  Job,
  ObjectReference,
} from '../../../../src/kube/kinds/objects.data.ts';
import { controllerReference } from '../../../../src/orchestrator/controllers/controllerref.ts';

/** Twelve o'clock and half a minute. */
export const NOW = Date.parse('2026-01-01T12:00:30Z');
export const at = (time: string): string => `2026-01-01T${time}Z`;
export const ms = (time: string): number => Date.parse(at(time));

/** A CronJob of eleven o'clock. */
export const cronJob = (
  spec: Partial<CronJobSpec> = {},
  status?: CronJobStatus,
  metadata: object = {},
): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: {
    name: 'tick',
    namespace: 'shop',
    uid: 'tick-uid',
    creationTimestamp: at('11:00:00'),
    ...metadata,
  },
  spec: {
    schedule: '0 * * * *',
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main' }] } } } },
    ...spec,
  },
  ...(status ? { status } : {}),
});

/** One of its Jobs; `end`: how and when it ended. */
export const ownJob = (
  name: string,
  end?: 'Complete' | 'Failed',
  time = '11:30:00',
  startTime = at('11:01:00'),
): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop', uid: name, ownerReferences: [controllerReference(cronJob())] },
  spec: cronJob().spec.jobTemplate.spec,
  status: {
    startTime,
    ...(end ? { conditions: [{ type: end, status: 'True' as const }] } : {}),
    ...(end === 'Complete' ? { completionTime: at(time) } : {}),
  },
});

export const active = (...names: readonly string[]): ObjectReference[] =>
  names.map((name) => ({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name, uid: name }));
