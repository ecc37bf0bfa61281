import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { ANNOTATIONS } from '../../../model/annotations.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import { warn } from '../load/report.ts';
import type { Service } from '../project.ts';
import { type Kind, restartOf } from './kind.ts';
import { conversionLabel, made, type Texts, workloadLabels } from './labels.ts';
import { shaped } from './shape.ts';

export interface WorkloadParts {
  readonly kind: Kind;
  readonly template: JsonObject;
  readonly selector: Texts;
  readonly labels: Texts;
  readonly wave: number;
  /** No two versions of it may run at once: they would write to the same volume. */
  readonly keepsData: boolean;
  /** An autoscaler says how many. */
  readonly isScaled: boolean;
}

/** Kubernetes' own, in seconds: a rollout that gets nowhere for so long has failed. */
const PROGRESS_DEADLINE = 600;

/** The object that runs the pods of a service. */
export function workload(service: Service, parts: WorkloadParts): Placed {
  const { kind, labels, wave } = parts;
  const own = workloadLabels(service);
  const head = {
    apiVersion: kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    kind,
    name: service.object,
    labels: { ...own.labels, ...labels },
    annotations: { ...own.annotations, ...(wave > 0 ? { [ANNOTATIONS.wave]: String(wave) } : {}) },
  };
  return made(head, { spec: specOf(service, parts) }, service.at.place);
}

function specOf(service: Service, parts: WorkloadParts): JsonObject {
  const { kind, template, selector } = parts;
  const matchLabels = { matchLabels: selector };
  switch (kind) {
    case 'Deployment':
      return shaped({
        replicas: parts.isScaled ? undefined : replicasOf(service, parts),
        ...updateOf(service, parts),
        selector: matchLabels,
        template,
      });
    case 'StatefulSet':
      return shaped({
        replicas: parts.isScaled ? undefined : replicasOf(service, parts),
        serviceName: service.object,
        selector: matchLabels,
        template,
      });
    case 'DaemonSet':
      return { selector: matchLabels, template };
    case 'Job':
      return jobSpec(service, template);
    case 'CronJob':
      return cronJobSpec(service, template);
  }
}

function replicasOf({ fields, name, at }: Service, { keepsData }: WorkloadParts): number {
  const replicas = fields.below('deploy').integer('replicas') ?? fields.integer('scale') ?? 1;
  if (replicas > 1 && keepsData)
    warn(
      fields.report,
      at,
      'SharedVolume',
      `the ${replicas} replicas of ${name} write to the same volume, and run on the node that has it`,
    );
  return replicas;
}

/** Compose stops the old container before it starts the new one; a Deployment need not, unless both would write to one volume. */
function updateOf({ fields }: Service, { keepsData }: WorkloadParts): JsonObject {
  const update = fields.below('deploy').below('update_config');
  const monitor = update.seconds('monitor');
  // What a pod may take to become ready, and a pull beside it.
  const needed = startLimit(fields) + (monitor ?? 0) + PROGRESS_DEADLINE / 2;
  const base = {
    minReadySeconds: monitor ? Math.ceil(monitor) : undefined,
    progressDeadlineSeconds: needed > PROGRESS_DEADLINE ? needed : undefined,
  };
  if (keepsData) return shaped({ ...base, strategy: { type: 'Recreate' } });
  const parallelism = update.integer('parallelism') ?? 1;
  const step: Json = parallelism === 0 ? '100%' : parallelism;
  const stopsFirst = update.oneOf('order', ['start-first', 'stop-first']) === 'stop-first';
  const rollingUpdate = stopsFirst
    ? { maxSurge: 0, maxUnavailable: step }
    : { maxSurge: step, maxUnavailable: 0 };
  return shaped({ ...base, strategy: { type: 'RollingUpdate', rollingUpdate } });
}

/** How long the health check gives a container to become healthy, in seconds. */
function startLimit(fields: Service['fields']): number {
  const check = fields.below('healthcheck');
  if (!check.node) return 0;
  return Math.ceil(
    (check.seconds('start_period') ?? 0) +
      (check.integer('retries', 1) ?? 3) * (check.seconds('interval') ?? 30),
  );
}

function jobSpec(service: Service, template: JsonObject): JsonObject {
  const { policy, attempts } = restartOf(service);
  const mode = service.fields.below('deploy').text('mode') ?? '';
  const replicas = mode.endsWith('-job') ? (service.fields.below('deploy').integer('replicas') ?? 1) : 1;
  return shaped({
    backoffLimit: attempts ?? (policy === 'never' ? 0 : undefined),
    completions: replicas > 1 ? replicas : undefined,
    parallelism: replicas > 1 ? replicas : undefined,
    template,
  });
}

function cronJobSpec(service: Service, template: JsonObject): JsonObject {
  const limit = conversionLabel(service, 'cronjob.backoff_limit');
  const spec = jobSpec(service, template);
  return shaped({
    schedule: conversionLabel(service, 'cronjob.schedule') ?? '0 0 * * *',
    concurrencyPolicy: conversionLabel(service, 'cronjob.concurrency_policy'),
    jobTemplate: { spec: limit && /^\d+$/.test(limit) ? { ...spec, backoffLimit: Number(limit) } : spec },
  });
}
