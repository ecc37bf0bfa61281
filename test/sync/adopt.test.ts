import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DEPLOYMENTS,
  JOBS,
  SECRETS,
} from '../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../src/kube/values/status.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import type { AdoptionRequest } from '../../src/sync/plan/adoption.ts';
import { cm, createHarness, dataOf, deploy } from './harness.ts';

type Metadata = Pick<KubeObject['metadata'], 'annotations' | 'labels'>;

const OF_HELM: Metadata = {
  annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop-dev' },
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
};
const OF_ARGO: Metadata = {
  annotations: { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop-dev/web' },
};
const OF_FLUX: Metadata = {
  labels: {
    'kustomize.toolkit.fluxcd.io/name': 'web',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  },
};

describe('taking over what another tool has', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  beforeEach(async () => {
    world = await createHarness();
    await world.push({ 'k8s/first.yaml': cm('first') });
  });
  afterEach(() => world.stop());

  const adopt = async (request: Partial<AdoptionRequest> = {}) => {
    const answer = await world.sync.adopt(await world.environment(), { objects: [], by: 'ann', ...request });
    await world.settle();
    return answer;
  };
  const refusal = async (request: Partial<AdoptionRequest> = {}) =>
    adopt(request).then(
      () => undefined,
      (error: unknown) => (error instanceof ProblemError ? error.problem : Promise.reject(error)),
    );

  /** `deploy('web')` as a tool has written it. */
  async function theirs(manager: string, marks: Metadata, more: Record<string, unknown> = {}): Promise<void> {
    const object = JSON.parse(deploy('web')) as KubeObject;
    const metadata = { name: 'web', namespace: 'shop-dev', ...marks };
    await world.home.client.create(DEPLOYMENTS, { ...object, metadata, ...more }, { fieldManager: manager });
  }
  const web = () => world.live('Deployment', 'web');
  const pushed = () => world.push({ 'k8s/first.yaml': cm('first'), 'k8s/web.yaml': deploy('web') });
  const plan = async () => {
    const now = await world.sync.plan('shop', 'dev');
    if (!now.ok) throw new Error(now.problems[0].message);
    return now.value;
  };

  async function serve(group: string, version: string, kind: string): Promise<void> {
    const plural = `${kind.toLowerCase()}s`;
    await world.home.client.create(CUSTOM_RESOURCE_DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
        scope: 'Namespaced',
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
  }

  async function put(object: KubeObject): Promise<void> {
    const { namespace = '' } = object.metadata;
    const namespaces = await world.home.client.resourceFor({ apiVersion: 'v1', kind: 'Namespace' });
    const resource = await world.home.client.resourceFor(object);
    if (!namespaces || !resource) throw new Error(`${object.kind} is not served`);
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await world.home.client.apply(namespaces, home, { fieldManager: 'test' });
    await world.home.client.apply(resource, object, { fieldManager: 'test' });
  }

  const application = (automated: object | undefined): KubeObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd' },
    spec: { project: 'default', ...(automated ? { syncPolicy: { automated } } : {}) },
    status: {
      resources: [
        {
          group: 'apps',
          version: 'v1',
          kind: 'Deployment',
          namespace: 'shop-dev',
          name: 'web',
          status: 'Synced',
        },
        { version: 'v1', kind: 'ConfigMap', namespace: 'shop-dev', name: 'old', status: 'Synced' },
      ],
    },
  });
  const kustomization = (suspend: boolean): KubeObject => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'web', namespace: 'flux-system' },
    spec: { prune: true, ...(suspend ? { suspend } : {}) },
    status: {
      inventory: {
        entries: [
          { id: 'shop-dev_web_apps_Deployment', v: 'v1' },
          { id: 'shop-dev_system__old_rbac.authorization.k8s.io_Role', v: 'v1' },
        ],
      },
    },
  });

  it('reports first, and changes nothing by it', async () => {
    await theirs('helm', OF_HELM);
    await pushed();
    const before = await web();
    const writes = world.home.writes.length;
    const { report } = await adopt();
    expect(world.home.writes.slice(writes).filter((write) => write.includes('Deployment'))).to.deep.equal([]);
    expect(await web()).to.deep.equal(before);
    expect((await world.environment()).spec.adopt).to.equal(undefined);
    expect(report?.objects).to.have.length(1);
    expect(report?.objects[0]).to.deep.include({ state: 'matches', managers: ['helm'], restarts: false });
    expect(report?.objects[0]?.reason).to.equal('it belongs to Helm Release shop-dev/web');
    expect(report?.tools[0]).to.deep.include({ name: 'Helm Release shop-dev/web', activity: 'suspended' });
    expect(report?.tools[0]?.forget).to.contain('delete secret -l owner=helm,name=web');
  });

  it('takes over a release of Helm without a new generation, and the plan is empty', async () => {
    await theirs('helm', OF_HELM);
    await pushed();
    const before = await web();
    await adopt({ all: true });
    const after = await web();
    expect(after?.metadata.uid).to.equal(before?.metadata.uid);
    expect(after?.metadata.generation).to.equal(before?.metadata.generation);
    expect(after?.spec).to.deep.equal(before?.spec);
    const managers = after?.metadata.managedFields?.map(
      ({ manager, operation }) => `${manager} ${operation}`,
    );
    expect(managers).to.deep.equal(['pilotage Apply']);
    expect(after?.metadata.annotations).not.to.have.property('meta.helm.sh/release-name');
    expect((await plan()).empty).to.equal(true);
    expect((await world.environment()).spec.adopt?.[0]).to.include({
      by: 'ann',
      from: 'Helm Release shop-dev/web',
    });
  });

  it('drops what the tool wrote and git has not, and has said so before', async () => {
    const metadata = { name: 'a', namespace: 'shop-dev', ...OF_HELM };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { k: 'v', gone: 'x' } };
    await world.home.client.create(CONFIG_MAPS, object, { fieldManager: 'helm' });
    await world.push({ 'k8s/first.yaml': cm('first'), 'k8s/a.yaml': cm('a') });
    const { report } = await adopt();
    expect(report?.objects[0]).to.deep.include({ state: 'differs' });
    expect(report?.objects[0]?.diff).to.include('- data.gone: x');
    await adopt({ all: true });
    expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'v' });
    expect((await plan()).empty).to.equal(true);
  });

  it('matches where the object had neither labels nor annotations, which then has ours', async () => {
    await theirs('kubectl-client-side-apply', {});
    await pushed();
    expect((await adopt()).report?.objects[0]).to.deep.include({ state: 'matches', diff: [] });
  });

  it('leaves a field alone that somebody changed by hand, and restarts no pod for it', async () => {
    await theirs('kubectl-client-side-apply', {
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    });
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
    const patch = { type: 'merge', body: { spec: { template: { metadata: { annotations } } } } } as const;
    const at = { namespace: 'shop-dev', name: 'web' };
    await world.home.client.patch(DEPLOYMENTS, at, patch, { fieldManager: 'kubectl-rollout' });
    await pushed();
    const before = await web();
    await adopt({ all: true });
    const after = await web();
    expect(after?.metadata.generation).to.equal(before?.metadata.generation);
    expect(after?.spec).to.deep.equal(before?.spec);
    expect(after?.metadata.annotations).not.to.have.property(
      'kubectl.kubernetes.io/last-applied-configuration',
    );
    expect((await plan()).empty).to.equal(true);
  });

  it('is refused where pods would restart, and says of which field, until a person lets them', async () => {
    await theirs('helm', OF_HELM);
    const changed = JSON.parse(deploy('web'));
    changed.spec.template.spec.containers[0].command = ['sleep', '1'];
    await world.push({ 'k8s/first.yaml': cm('first'), 'k8s/web.yaml': JSON.stringify(changed) });
    const before = await web();
    const problem = await refusal({ all: true });
    expect(problem?.reason).to.equal('AdoptionRestarts');
    expect(problem?.details?.join()).to.contain('spec.template.spec.containers[0].command');
    expect(await web()).to.deep.equal(before);
    await adopt({ all: true, restart: true });
    expect((await web())?.metadata.generation).to.equal((before?.metadata.generation ?? 0) + 1);
  });

  it('is refused while an Application of Argo CD syncs by itself, unless it is taken from Argo CD by name', async () => {
    await serve('argoproj.io', 'v1alpha1', 'Application');
    await put(application({ selfHeal: true }));
    await theirs('argocd-controller', OF_ARGO);
    await pushed();
    const { report } = await adopt();
    expect(report?.tools).to.have.length(1);
    expect(report?.tools[0]).to.deep.include({
      name: 'Argo CD Application argocd/web',
      activity: 'reconciles',
      left: ['/ConfigMap/shop-dev/old'],
    });
    const problem = await refusal({ all: true });
    expect(problem?.reason).to.equal('StillReconciled');
    expect(problem?.remedy)
      .to.contain('kubectl -n argocd patch application web')
      .and.to.contain('--from argocd');
    expect((await refusal({ all: true, from: 'flux' }))?.reason).to.equal('StillReconciled');
    const { message } = await adopt({ all: true, from: 'argocd' });
    expect(message).to.contain('still reconciles; stop it: kubectl -n argocd patch application web');
    expect((await web())?.metadata.annotations).not.to.have.property('argocd.argoproj.io/tracking-id');
    expect((await plan()).empty).to.equal(true);
  });

  it('sees that an Application tracks by its own list, where the object has no mark of it', async () => {
    await serve('argoproj.io', 'v1alpha1', 'Application');
    await put(application({}));
    await theirs('argocd-controller', { labels: { 'app.kubernetes.io/instance': 'web' } });
    await pushed();
    expect((await refusal({ all: true }))?.reason).to.equal('StillReconciled');
  });

  it('takes over from an Application that syncs only when a person says so', async () => {
    await serve('argoproj.io', 'v1alpha1', 'Application');
    await put(application(undefined));
    await theirs('argocd-controller', OF_ARGO);
    await pushed();
    await adopt({ all: true });
    expect((await plan()).empty).to.equal(true);
  });

  it('is refused where a tool that marks name is in another cluster, for nobody knows whether it reconciles', async () => {
    await theirs('argocd-controller', OF_ARGO);
    await pushed();
    expect((await refusal({ all: true }))?.message).to.contain('is not in this cluster');
  });

  it('is refused while a Kustomization of Flux is not suspended', async () => {
    await serve('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization');
    await put(kustomization(false));
    await theirs('kustomize-controller', OF_FLUX);
    await pushed();
    const problem = await refusal({ all: true });
    expect(problem?.remedy).to.contain('flux suspend kustomization web -n flux-system');
    await put(kustomization(true));
    const { report } = await adopt();
    expect(report?.tools[0]?.left).to.deep.equal(['rbac.authorization.k8s.io/Role/shop-dev/system:old']);
    await adopt({ all: true });
    expect((await plan()).empty).to.equal(true);
  });

  it('runs no hook as an install of what Helm has installed, and the next revision upgrades', async () => {
    const hook = (text: string) => ({
      'k8s/first.yaml': cm('first'),
      'k8s/web.yaml': deploy('web', text === 'one' ? 2 : 3),
      'k8s/hook.yaml': JSON.stringify({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'migrate', annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade' } },
        spec: {
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'host' }] } },
        },
      }),
    });
    const job = () =>
      world.home.client.get(JOBS, { namespace: 'shop-dev', name: 'migrate' }).catch(notFoundAsUndefined);
    await theirs('helm', OF_HELM);
    await world.push(hook('one'));
    await adopt({ all: true });
    expect(await job()).to.equal(undefined);
    expect((await world.environment()).status?.runs?.[0]).to.include({ state: 'Complete' });
    await world.push(hook('two'));
    expect(await job()).not.to.equal(undefined);
  });

  it('names what a release has and git has not, by the Secret that records it', async () => {
    const manifest =
      '---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: left}\n';
    const record = gzipSync(JSON.stringify({ name: 'web', version: 2, manifest })).toString('base64');
    await world.home.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: {
        name: 'sh.helm.release.v1.web.v2',
        namespace: 'shop-dev',
        labels: { owner: 'helm', name: 'web', version: '2', status: 'deployed' },
      },
      data: { release: Buffer.from(record).toString('base64') },
    });
    await theirs('helm', OF_HELM);
    await pushed();
    const { report } = await adopt();
    expect(report?.tools[0]?.left).to.deep.equal(['/Service/shop-dev/left']);
  });
});
