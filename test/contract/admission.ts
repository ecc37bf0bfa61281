import { expect } from 'chai';
import type { Pod, PriorityClass, RuntimeClass } from '../../src/kube/kinds/objects.data.ts';
import {
  DEPLOYMENTS,
  NAMESPACES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  PRIORITY_CLASSES,
  RUNTIME_CLASSES,
} from '../../src/kube/kinds/resources.data.ts';
import type { Bench } from './kubeclient.ts';
import { deployment, refusal } from './notation.ts';

/** The plug-ins that every kube-apiserver has by default, as far as they change or refuse an object by themselves. */
export function admission(bench: Bench): void {
  const pod = (spec: Partial<Pod['spec']>, namespace = bench.namespace): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: bench.name('pod'), namespace },
    spec: { containers: [{ name: 'main', image: 'host' }], ...spec },
  });
  const create = (spec: Partial<Pod['spec']>) => bench.client.create(PODS, pod(spec));
  const why = async (work: Promise<unknown>): Promise<string> => {
    const { status } = await refusal(work);
    expect(status.reason).to.equal('Forbidden');
    return (status.message ?? '').replace(/^.*? is forbidden: /, '');
  };
  const priorityClass = (name: string, more: Partial<PriorityClass> = {}) =>
    bench.client.create(PRIORITY_CLASSES, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: 1000,
      ...more,
    });
  const runtimeClass = (more: Partial<RuntimeClass>) =>
    bench.client.create(RUNTIME_CLASSES, {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: bench.name('runtime') },
      handler: 'strict',
      ...more,
    });

  it('gives a pod the priority of its class, and 0 without one', async () => {
    const name = bench.name('class');
    await priorityClass(name, { preemptionPolicy: 'Never' });
    const { spec } = await create({ priorityClassName: name });
    expect([spec.priority, spec.preemptionPolicy]).to.deep.equal([1000, 'Never']);
    const plain = await create({});
    expect([plain.spec.priority, plain.spec.preemptionPolicy]).to.deep.equal([0, 'PreemptLowerPriority']);
    expect(await why(create({ priorityClassName: 'missing' }))).to.equal(
      'no PriorityClass with name missing was found',
    );
    expect(await why(create({ priorityClassName: name, priority: 5 }))).to.equal(
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
    );
  });

  it('keeps the priority of a pod whose update leaves it out', async () => {
    const { metadata, spec } = await create({});
    const { priority: _, preemptionPolicy: __, ...rest } = spec;
    const labelled = { ...metadata, labels: { app: 'web' } };
    const updated = await bench.client.update(PODS, { ...pod({}), metadata: labelled, spec: rest });
    expect(updated.spec.priority).to.equal(0);
  });

  it('has one default priority class', async () => {
    const [first, second] = [bench.name('first'), bench.name('second')];
    await priorityClass(first, { globalDefault: true });
    try {
      // What decides may take a moment to hear of the first.
      expect((await create({})).spec.priorityClassName ?? first).to.equal(first);
      expect(await why(priorityClass(second, { globalDefault: true }))).to.equal(
        `PriorityClass ${first} is already marked as default. Only one default can exist`,
      );
    } finally {
      await bench.client.delete(PRIORITY_CLASSES, { name: first });
    }
  });

  it('gives a pod what its runtime class says, and refuses what contradicts it', async () => {
    const { metadata } = await runtimeClass({
      overhead: { podFixed: { cpu: '250m' } },
      scheduling: {
        nodeSelector: { runtime: 'strict' },
        tolerations: [{ key: 'strict', operator: 'Exists', effect: 'NoSchedule' }],
      },
    });
    const runtimeClassName = metadata.name ?? '';
    const { spec } = await create({ runtimeClassName, nodeSelector: { disk: 'ssd' } });
    expect(spec.overhead).to.deep.equal({ cpu: '250m' });
    expect(spec.nodeSelector).to.deep.equal({ disk: 'ssd', runtime: 'strict' });
    expect(spec.tolerations?.map(({ key }) => key)).to.include('strict');
    expect(await why(create({ runtimeClassName, overhead: { cpu: '1' } }))).to.equal(
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    );
    expect(await why(create({ overhead: { cpu: '1' } }))).to.equal(
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
    expect(await why(create({ runtimeClassName, nodeSelector: { runtime: 'plain' } }))).to.equal(
      'conflict: runtimeClass.scheduling.nodeSelector[runtime] = strict; pod.spec.nodeSelector[runtime] = plain',
    );
    expect(await why(create({ runtimeClassName: 'missing' }))).to.equal(
      'pod rejected: RuntimeClass "missing" not found',
    );
  });

  it('lets a pod stay for five minutes on a lost node, unless it says otherwise', async () => {
    const lasting = (key: string) => ({
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    });
    const { spec } = await create({});
    expect(spec.tolerations).to.deep.equal([lasting('not-ready'), lasting('unreachable')]);
    const all = await create({ tolerations: [{ operator: 'Exists' }] });
    expect(all.spec.tolerations).to.deep.equal([{ operator: 'Exists' }]);
  });

  it('keeps pods from a new node', async () => {
    const name = bench.name('node');
    const { spec } = await bench.client.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
    });
    await bench.client.delete(NODES, { name });
    expect(spec?.taints).to.deep.equal([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });

  it('protects a claim, which grows only where its class allows that', async () => {
    const { metadata, spec } = await bench.client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: bench.name('claim'), namespace: bench.namespace },
      spec: {
        storageClassName: 'missing',
        volumeName: 'disk',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    });
    expect(metadata.finalizers).to.deep.equal(['kubernetes.io/pvc-protection']);
    expect(spec?.resources?.requests).to.deep.equal({ storage: '1Gi' });
    const key = { namespace: bench.namespace, name: metadata.name ?? '' };
    const patch = (body: object, subresource?: 'status') =>
      bench.client.patch(
        PERSISTENT_VOLUME_CLAIMS,
        key,
        { type: 'merge', body: body as never },
        subresource ? { subresource } : {},
      );
    await patch({ status: { phase: 'Bound', capacity: { storage: '1Gi' } } }, 'status');
    expect(await why(patch({ spec: { resources: { requests: { storage: '2Gi' } } } }))).to.equal(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
    await patch({ metadata: { finalizers: null } });
  });

  it('holds pods to the Pod Security level of their namespace, and warns', async () => {
    const namespace = bench.name('guarded');
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const level = (enforce: string) => ({
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': enforce } },
    });
    await bench.client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels },
    });
    try {
      const spec: Partial<Pod['spec']> = { hostNetwork: true, securityContext: { runAsNonRoot: false } };
      expect(await why(bench.client.create(PODS, pod(spec, namespace)))).to.equal(
        'violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true), allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      );
      const warnings: string[] = [];
      const onWarning = (text: string) => warnings.push(text);
      const workload = deployment(bench, bench.name('web'));
      const metadata = { ...workload.metadata, namespace };
      await bench.client.create(DEPLOYMENTS, { ...workload, metadata }, { onWarning });
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(
        /^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation/,
      );
      const { status } = await refusal(
        bench.client.patch(NAMESPACES, { name: namespace }, { type: 'merge', body: level('strict') }),
      );
      expect(status.details?.causes?.[0]).to.deep.equal({
        field: 'metadata.labels[pod-security.kubernetes.io/enforce]',
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "strict": must be one of privileged, baseline, restricted',
      });
    } finally {
      await bench.client.delete(NAMESPACES, { name: namespace });
    }
  });
}
