import { expect } from 'chai';
import type { Pod, PodSpec } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

const requests = (cpu: string) => ({ requests: { cpu, memory: '32Mi' } });
const lens = (image: string) => ({ name: 'debug', image, targetContainerName: 'main' });

describe('a part of a pod that has an endpoint of its own', () => {
  const cluster = useTestApi();

  const podOf = (spec: Partial<PodSpec> = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'host', resources: requests('100m') }], ...spec },
  });
  const withSpec = (pod: Pod, spec: Partial<PodSpec>): Pod => ({ ...pod, spec: { ...pod.spec, ...spec } });
  const sized = (pod: Pod, resources: object): Pod =>
    withSpec(pod, { containers: pod.spec.containers.map((one) => ({ ...one, resources })) });
  const write = (pod: Pod, subresource?: 'resize' | 'ephemeralcontainers') =>
    cluster.client.update(PODS, pod, subresource ? { subresource } : {}) as Promise<Pod>;
  const created = () => cluster.client.create(PODS, podOf()) as Promise<Pod>;

  it('resizes containers through `resize`, which counts a generation and takes nothing else', async () => {
    const pod = await created();
    const wanted = sized(withSpec(pod, { activeDeadlineSeconds: 5 }), requests('200m'));
    const { spec, metadata } = await write(wanted, 'resize');
    expect(spec.containers[0]?.resources).to.deep.equal(requests('200m'));
    expect(spec.activeDeadlineSeconds).to.equal(undefined);
    expect(metadata.generation).to.equal((pod.metadata.generation ?? 0) + 1);
  });

  it('refuses a resize that takes a request away, changes the quality of service or another resource', async () => {
    const pod = await created();
    expect(await refusal(write(sized(pod, { requests: { cpu: '100m' } }), 'resize'))).to.include(
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    );
    const limited = { ...requests('100m'), limits: { cpu: '100m', memory: '32Mi' } };
    expect(await refusal(write(sized(pod, limited), 'resize'))).to.include(
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    );
    const other = { requests: { ...requests('100m').requests, 'ephemeral-storage': '1Gi' } };
    expect(await refusal(write(sized(pod, other), 'resize'))).to.include(
      'spec: Forbidden: only cpu and memory resources are mutable',
    );
  });

  it('adds ephemeral containers, which are neither changed nor removed any more', async () => {
    const pod = await created();
    const debugged = await write(
      withSpec(pod, { ephemeralContainers: [lens('host')] }),
      'ephemeralcontainers',
    );
    expect(debugged.spec.ephemeralContainers?.[0]).to.include({ name: 'debug', targetContainerName: 'main' });
    const changed = withSpec(debugged, { ephemeralContainers: [lens('other')] });
    expect(await refusal(write(changed, 'ephemeralcontainers'))).to.include('"debug" may not be changed');
    const removed = withSpec(debugged, { ephemeralContainers: [] });
    expect(await refusal(write(removed, 'ephemeralcontainers'))).to.include('"debug" may not be removed');
  });

  it('refuses an ephemeral container that has a taken name, offers a port, or looks at what is not there', async () => {
    const pod = await created();
    const bad = { name: 'main', image: 'host', targetContainerName: 'other', ports: [{ containerPort: 80 }] };
    const message = await refusal(
      write(withSpec(pod, { ephemeralContainers: [bad] }), 'ephemeralcontainers'),
    );
    expect(message)
      .to.include('spec.ephemeralContainers[0].name: Duplicate value: "main"')
      .and.include('spec.ephemeralContainers[0].targetContainerName: Not found: "other"')
      .and.include('spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container');
  });

  it('is changed neither through the pod itself nor when that is created', async () => {
    const pod = await created();
    expect(await refusal(write(sized(pod, requests('200m'))))).to.include(
      'pod updates may not change fields',
    );
    const ephemeralContainers = [lens('host')];
    expect(await refusal(write(withSpec(pod, { ephemeralContainers })))).to.include(
      'pod updates may not change fields',
    );
    const other = { ...podOf({ ephemeralContainers }), metadata: { name: 'b', namespace: 'default' } };
    expect(await refusal(cluster.client.create(PODS, other))).to.include(
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    );
  });
});
