import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { DEPLOYMENTS, NAMESPACES, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { refusal } from '../notation.ts';

describe('Pod Security', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  let warnings: string[];
  beforeEach(async () => {
    plane = await startTestApi();
    client = plane.client();
    warnings = [];
  });
  afterEach(() => plane.dispose());

  const options = { onWarning: (text: string) => warnings.push(text) };
  const namespace = (labels: Readonly<Record<string, string>>) =>
    client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: prefixed(labels) },
    });
  const prefixed = (labels: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
    );
  const relabel = (labels: Readonly<Record<string, string>>) =>
    client.patch(
      NAMESPACES,
      { name: 'shop' },
      { type: 'merge', body: { metadata: { labels: prefixed(labels) } } },
      options,
    );
  const hostNetwork: Partial<Pod['spec']> = { hostNetwork: true };
  const pod = (name: string, spec: Partial<Pod['spec']> = {}, owner?: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      ...(owner === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: owner, uid: owner, controller: true }] }),
    },
    spec: { containers: [{ name: 'main', image: 'host' }], ...spec },
  });
  const create = (name: string, spec: Partial<Pod['spec']> = {}, owner?: string) =>
    client.create(PODS, pod(name, spec, owner), options);
  const DETAIL = 'host namespaces (hostNetwork=true)';

  it('refuses a pod that the enforced level of its namespace forbids, and says all that is wrong', async () => {
    await namespace({ enforce: 'baseline', 'enforce-version': 'v1.30' });
    expect(await refusal(create('web', { ...hostNetwork, hostPID: true }))).to.equal(
      'Forbidden: pods "web" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true, hostPID=true)',
    );
    await create('web');
    expect(warnings).to.deep.equal([]);
  });

  it('lets a pod be created that another level forbids, and warns its author', async () => {
    await namespace({ enforce: 'privileged', warn: 'baseline' });
    await create('web', hostNetwork);
    expect(warnings).to.deep.equal([`would violate PodSecurity "baseline:latest": ${DETAIL}`]);
  });

  it('warns of the template of a workload, whose pods it would refuse, and takes the workload', async () => {
    await namespace({ enforce: 'baseline' });
    const labels = { app: 'web' };
    await client.create(
      DEPLOYMENTS,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop' },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: pod('web', hostNetwork).spec },
        },
      },
      options,
    );
    expect(warnings).to.deep.equal([`would violate PodSecurity "baseline:latest": ${DETAIL}`]);
  });

  it('judges an update of a pod where its containers change, and nothing else of a pod that is there', async () => {
    await namespace({});
    await create('web', hostNetwork);
    await relabel({ enforce: 'baseline' });
    const key = { namespace: 'shop', name: 'web' };
    const patch = (body: object) => client.patch(PODS, key, { type: 'strategic', body: body as never });
    await patch({ metadata: { labels: { tier: 'front' } } });
    expect(await refusal(patch({ spec: { containers: [{ name: 'main', image: 'other' }] } }))).to.contain(
      'violates PodSecurity "baseline:latest"',
    );
  });

  it('judges containers that are added to look at a pod', async () => {
    await namespace({ enforce: 'baseline' });
    await create('web');
    const debug = { name: 'debug', image: 'host', securityContext: { privileged: true } };
    const adding = client.patch(
      PODS,
      { namespace: 'shop', name: 'web' },
      { type: 'strategic', body: { spec: { ephemeralContainers: [debug] } } },
      { subresource: 'ephemeralcontainers' },
    );
    expect(await refusal(adding)).to.contain(
      'privileged (container "debug" must not set securityContext.privileged=true)',
    );
  });

  it('names the pods that are there and that a stricter level forbids, pods of one owner on one line', async () => {
    await namespace({});
    await create('b', hostNetwork, 'web');
    await create('a', hostNetwork, 'web');
    await create('c', { hostPID: true, volumes: [{ name: 'v', hostPath: { path: '/' } }] });
    await create('d');
    await relabel({ enforce: 'baseline' });
    expect(warnings).to.deep.equal([
      'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 1 other pod): host namespaces',
      'c: host namespaces, hostPath volumes',
    ]);
    warnings.length = 0;
    await relabel({ enforce: 'privileged' });
    expect(warnings).to.deep.equal([]);
  });

  it('takes no labels that it cannot read, and lets a namespace be that has some', async () => {
    expect(await refusal(namespace({ enforce: 'strict' }))).to.equal(
      'Invalid: Namespace "shop" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    );
    await namespace({ enforce: 'baseline' });
    expect(await refusal(relabel({ warn: 'none' }))).to.contain('must be one of privileged');
  });
});
