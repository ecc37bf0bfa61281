import { expect } from 'chai';
import type { KubeClient } from '../../../../../src/kube/client/client.ts';
import type { Pod } from '../../../../../src/kube/kinds/objects.data.ts';
import {
  DEPLOYMENTS,
  NAMESPACES,
  PODS,
  RUNTIME_CLASSES,
} from '../../../../../src/kube/kinds/resources.data.ts';
import {
  NOT_CONFIGURED,
  type PodSecurityConfiguration,
} from '../../../../../src/orchestrator/api/admission/podsecurity/configuration.ts';
import { podSecurity } from '../../../../../src/orchestrator/api/admission/podsecurity.ts';
import { ADMINS } from '../../../../../src/orchestrator/api/auth/authorizer.ts';
import type { Kind } from '../../../../../src/orchestrator/api/kinds/kind.ts';
import type { FakeClock } from '../../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../harness.ts';
import { refusal } from '../../notation.ts';

const BASELINE = { level: 'baseline', version: 'latest' } as const;
const CONFIGURATION: PodSecurityConfiguration = {
  defaults: { ...NOT_CONFIGURED.defaults, enforce: BASELINE, warn: BASELINE },
  exemptions: { usernames: ['builder'], namespaces: ['system'], runtimeClasses: ['vm'] },
};
/** A store in which no namespace says anything. */
const NO_LABELS = { latest: () => undefined, latestIn: () => [] };

describe('Pod Security by a configuration', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  let warnings: string[];
  before(async () => {
    plane = await startTestApi({ admission: { podSecurity: CONFIGURATION } });
    client = plane.client();
    for (const name of ['shop', 'system']) await namespace(name);
    await client.create(RUNTIME_CLASSES, {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'vm' },
      handler: 'vm',
    });
  });
  beforeEach(() => {
    warnings = [];
  });
  after(() => plane.dispose());

  const options = { onWarning: (text: string) => warnings.push(text) };
  const namespace = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, options);
  const label = (name: string, labels: Readonly<Record<string, string>>) =>
    client.patch(NAMESPACES, { name }, { type: 'merge', body: { metadata: { labels } } }, options);
  const pod = (spec: Partial<Pod['spec']> = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'web-', namespace: 'shop' },
    spec: { containers: [{ name: 'main', image: 'host' }], hostNetwork: true, ...spec },
  });
  const within = (namespace: string): Pod => ({ ...pod(), metadata: { generateName: 'web-', namespace } });
  const VIOLATES = 'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)';

  it('holds a namespace without labels to the defaults', async () => {
    expect(await refusal(client.create(PODS, pod()))).to.contain(VIOLATES);
  });

  it('leaves a namespace that its labels open as it is', async () => {
    await namespace('open', {
      'pod-security.kubernetes.io/enforce': 'privileged',
      'pod-security.kubernetes.io/warn': 'privileged',
    });
    await client.create(PODS, within('open'), options);
    expect(warnings).to.deep.equal([]);
  });

  it('lets pass what goes into an exempt namespace, without a warning', async () => {
    await client.create(PODS, within('system'), options);
    expect(warnings).to.deep.equal([]);
  });

  it('lets pass what an exempt user writes, pods and templates, and nobody else', async () => {
    const builder = client.as({ name: 'builder', groups: [ADMINS] });
    await builder.create(PODS, pod(), options);
    const labels = { app: 'web' };
    const deployment = (name: string) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod().spec } },
    });
    await builder.create(DEPLOYMENTS, deployment('builders'), options);
    expect(warnings).to.deep.equal([]);
    await client.create(DEPLOYMENTS, deployment('others'), options);
    expect(warnings).to.have.length(1);
  });

  it('lets pass a pod of an exempt runtime class, and no other', async () => {
    await client.create(PODS, pod({ runtimeClassName: 'vm' }), options);
    expect(warnings).to.deep.equal([]);
  });

  const exemptions: readonly (readonly [by: string, user: string, pod: Pod])[] = [
    ['namespace', 'ann', within('system')],
    ['user', 'builder', pod()],
    ['runtimeClass', 'ann', pod({ runtimeClassName: 'vm' })],
  ];
  for (const [by, name, object] of exemptions)
    it(`records that a pod was let pass by its ${by}`, async () => {
      const said: Record<string, string> = {};
      const annotate = (key: string, text: string) => {
        said[key] = text;
      };
      const kind = plane.api.kinds.find('', 'v1', 'pods') as Kind;
      const user = { name, groups: [] };
      await podSecurity(NO_LABELS, CONFIGURATION).validate?.({
        operation: 'CREATE',
        user,
        kind,
        object,
        dryRun: false,
        annotate,
      });
      expect(said).to.deep.equal({ 'pod-security.kubernetes.io/exempt': by });
    });

  it('says of labels of an exempt namespace that they are ignored', async () => {
    const strict = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await label('system', strict);
    const ignored = (name: string) =>
      `namespace "${name}" is exempt from Pod Security, and the policy (enforce=restricted:latest) will be ignored`;
    expect(warnings).to.deep.equal([ignored('system')]);
  });

  it('names no pod of an exempt runtime class among those that a stricter level forbids', async () => {
    await namespace('virtual', { 'pod-security.kubernetes.io/enforce': 'privileged' });
    const inVirtual = { ...pod({ runtimeClassName: 'vm' }), metadata: { name: 'a', namespace: 'virtual' } };
    await client.create(PODS, inVirtual, options);
    warnings = [];
    await label('virtual', { 'pod-security.kubernetes.io/enforce': 'baseline' });
    expect(warnings).to.deep.equal([]);
  });
});
