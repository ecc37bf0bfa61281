import { expect } from 'chai';
import type {
  CronJob,
  DaemonSet,
  HorizontalPodAutoscaler,
  Job,
  LimitRange,
  Pod,
  ReplicationController,
  StatefulSet,
} from '../../src/kube/kinds/objects.data.ts';
import * as resources from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../src/kube/values/types.ts';
import { claim, FLAWS, jobTemplate, selector, target, template } from './flaws.data.ts';
import type { Bench } from './kubeclient.ts';
import { refusal } from './notation.ts';

export function kinds(bench: Bench): void {
  const named = (name: string, resource: Resource, content: object): KubeObject => ({
    apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
    kind: resource.kind,
    metadata: { name, namespace: bench.namespace },
    ...content,
  });
  const create = <T extends KubeObject>(resource: Resource<T>, content: object): Promise<T> =>
    bench.client.create(resource, named(bench.name('kind'), resource, content));

  for (const [title, resource, content, ...causes] of FLAWS) {
    it(`refuses ${title}`, async () => {
      const { status } = await refusal(create(resource, content));
      expect(status.reason).to.equal('Invalid');
      const said = (status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
      expect(said).to.have.members(causes);
    });
  }

  it('gives a ReplicationController the labels of its template, by which it selects', async () => {
    const controller = await create<ReplicationController>(resources.REPLICATION_CONTROLLERS, {
      spec: { template: template() },
      status: { replicas: 5 },
    });
    expect(controller.metadata).to.deep.include({ labels: { app: 'a' }, generation: 1 });
    expect(controller.spec).to.deep.include({ replicas: 1, selector: { app: 'a' } });
    expect(controller.status?.replicas ?? 0).to.equal(0);
  });

  it('numbers the template of a DaemonSet, and counts its changes', async () => {
    const set = await create<DaemonSet>(resources.DAEMON_SETS, { spec: { selector, template: template() } });
    const numberOf = ({ metadata }: DaemonSet) =>
      metadata.annotations?.['deprecated.daemonset.template.generation'];
    expect(numberOf(set)).to.equal('1');
    const spec = { ...set.spec, template: template({ app: 'a' }, { nodeSelector: { disk: 'ssd' } }) };
    const changed = await bench.client.update<DaemonSet>(resources.DAEMON_SETS, {
      ...set,
      spec,
    } as DaemonSet);
    expect(numberOf(changed)).to.equal('2');
    expect(changed.metadata.generation).to.equal(2);
  });

  it('says what a claim in a StatefulSet is, and lets only its size, template and strategy change', async () => {
    const set = await create<StatefulSet>(resources.STATEFUL_SETS, {
      spec: {
        serviceName: 'a',
        selector,
        template: template(
          { app: 'a' },
          {
            containers: [
              { name: 'main', image: 'host', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
            ],
          },
        ),
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
      },
    });
    expect(set.spec.volumeClaimTemplates?.[0]).to.deep.include({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      status: { phase: 'Pending' },
    });
    const wider = { ...set, spec: { ...set.spec, replicas: 3 } };
    expect((await bench.client.update<StatefulSet>(resources.STATEFUL_SETS, wider)).spec.replicas).to.equal(
      3,
    );
    const renamed = { ...set, metadata: { ...set.metadata }, spec: { ...set.spec, serviceName: 'b' } };
    const { resourceVersion: _, ...metadata } = renamed.metadata;
    const error = await refusal(bench.client.update(resources.STATEFUL_SETS, { ...renamed, metadata }));
    expect(error.message).to.contain(
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    );
  });

  it('lets a Job select its pods by its own uid, and never takes an end back', async () => {
    const job = await create<Job>(resources.JOBS, { spec: { template: jobTemplate } });
    const { uid = '', name = '' } = job.metadata;
    expect(job.spec.selector?.matchLabels).to.deep.equal({ 'batch.kubernetes.io/controller-uid': uid });
    expect(job.spec.template.metadata?.labels).to.deep.equal({
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    });
    const { completions, parallelism, backoffLimit, completionMode, suspend } = job.spec;
    expect([completions, parallelism, backoffLimit, completionMode, suspend]).to.deep.equal([
      1,
      1,
      6,
      'NonIndexed',
      false,
    ]);
    const time = '2026-01-01T00:00:00Z';
    const condition = (type: string) => ({
      type,
      status: 'True',
      lastProbeTime: time,
      lastTransitionTime: time,
    });
    const conditions = ['SuccessCriteriaMet', 'Complete'].map(condition);
    const status = { startTime: time, completionTime: time, succeeded: 1, conditions };
    const report = (object: Job, next: object) =>
      bench.client.update<Job>(resources.JOBS, { ...object, status: next } as Job, { subresource: 'status' });
    const early = await refusal(report(job, { ...status, conditions: [condition('Complete')] }));
    expect(early.message).to.contain(
      'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    );
    const done = await report(job, status);
    const error = await refusal(report(done, { ...status, conditions: [condition('SuccessCriteriaMet')] }));
    expect(error.message).to.contain('cannot disable the terminal Complete=True condition');
  });

  it('completes a CronJob, and not yet the Jobs that it will make', async () => {
    const cronJob = await create<CronJob>(resources.CRON_JOBS, {
      spec: { schedule: '@hourly', jobTemplate: { spec: { template: jobTemplate } } },
    });
    expect(cronJob.spec).to.deep.include({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    expect(cronJob.spec.jobTemplate.spec).to.not.have.any.keys('completions', 'backoffLimit', 'selector');
  });

  it('serves an autoscaler in both versions: what the first does not know travels in annotations', async () => {
    const memory = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '10Mi' } },
    };
    const cpu = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
    };
    const rate = {
      type: 'Object',
      object: {
        describedObject: { kind: 'Service', name: 'web', apiVersion: 'v1' },
        metric: { name: 'rate' },
        target: { type: 'Value', value: '5' },
      },
    };
    const created = await create<HorizontalPodAutoscaler>(resources.V2_HORIZONTAL_POD_AUTOSCALERS, {
      spec: {
        scaleTargetRef: target,
        maxReplicas: 4,
        metrics: [memory, rate, cpu],
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      },
    });
    const key = { namespace: bench.namespace, name: created.metadata.name ?? '' };
    const first = await bench.client.get(resources.HORIZONTAL_POD_AUTOSCALERS, key);
    expect(first).to.have.property('apiVersion', 'autoscaling/v1');
    expect(first.spec).to.deep.equal({
      scaleTargetRef: target,
      minReplicas: 1,
      maxReplicas: 4,
      targetCPUUtilizationPercentage: 50,
    });
    expect(
      JSON.parse(first.metadata.annotations?.['autoscaling.alpha.kubernetes.io/metrics'] ?? ''),
    ).to.deep.equal([
      { type: 'Resource', resource: { name: 'memory', targetAverageValue: '10Mi' } },
      {
        type: 'Object',
        object: { target: rate.object.describedObject, metricName: 'rate', targetValue: '5' },
      },
    ]);
    await bench.client.update(resources.HORIZONTAL_POD_AUTOSCALERS, {
      ...first,
      spec: { ...(first.spec as object), targetCPUUtilizationPercentage: 70 },
    });
    const again = await bench.client.get<HorizontalPodAutoscaler>(
      resources.V2_HORIZONTAL_POD_AUTOSCALERS,
      key,
    );
    const utilization = { type: 'Utilization', averageUtilization: 70 };
    expect(again.spec.metrics).to.deep.equal([
      memory,
      rate,
      { type: 'Resource', resource: { name: 'cpu', target: utilization } },
    ]);
    expect(again.spec.behavior).to.deep.equal(created.spec.behavior);
    expect(Object.keys(again.metadata.annotations ?? {})).to.deep.equal([]);
  });

  it('completes the limits of containers from each other', async () => {
    const range = await create<LimitRange>(resources.LIMIT_RANGES, {
      spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { memory: '64Mi' } }] },
    });
    expect(range.spec.limits[0]).to.deep.include({
      default: { cpu: '1' },
      defaultRequest: { cpu: '1', memory: '64Mi' },
    });
  });

  it('lets a claim be named a volume once, and nothing else of it change before it is bound', async () => {
    const created = await create(resources.PERSISTENT_VOLUME_CLAIMS, { spec: claim });
    expect(created.status).to.deep.equal({ phase: 'Pending' });
    const named = { ...created, spec: { ...created.spec, volumeName: 'pv' } };
    const bound = await bench.client.update(resources.PERSISTENT_VOLUME_CLAIMS, named as typeof created);
    const larger = { ...claim, resources: { requests: { storage: '2Gi' } } };
    const error = await refusal(
      bench.client.update(resources.PERSISTENT_VOLUME_CLAIMS, {
        ...bound,
        spec: { ...bound.spec, ...larger },
      } as typeof created),
    );
    expect(error.message).to.contain(
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  });

  it('replaces a pod by itself, whatever the order in which its tolerations are written', async () => {
    const pod = await create<Pod>(resources.PODS, {
      spec: {
        ...template().spec,
        automountServiceAccountToken: false,
        tolerations: [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoExecute', tolerationSeconds: 5 }],
      },
    });
    const reversed = (value: object) => Object.fromEntries(Object.entries(value).reverse());
    const tolerations = (pod.spec.tolerations ?? []).map(reversed);
    const { resourceVersion: _, ...metadata } = pod.metadata;
    const same = { ...pod, metadata, spec: { ...pod.spec, tolerations } } as Pod;
    expect((await bench.client.update<Pod>(resources.PODS, same)).metadata.generation).to.equal(1);
    const longer = tolerations.map((one) => ({ ...one, tolerationSeconds: 600 }));
    await bench.client.update<Pod>(resources.PODS, {
      ...same,
      spec: { ...pod.spec, tolerations: longer },
    } as Pod);
    const error = await refusal(
      bench.client.update<Pod>(resources.PODS, {
        ...same,
        spec: { ...pod.spec, tolerations: longer.slice(1) },
      } as Pod),
    );
    expect(error.message).to.contain('existing toleration can not be modified except its tolerationSeconds');
  });
}
