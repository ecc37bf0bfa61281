import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { Pod, PodSpec } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS, SERVICE_ACCOUNTS } from '../../../../src/kube/kinds/resources.data.ts';
import type { StatusError } from '../../../../src/kube/values/status.ts';
import type { AdmissionPlugin } from '../../../../src/orchestrator/api/admission/plugin.ts';
import { serviceAccount } from '../../../../src/orchestrator/api/admission/serviceaccount.ts';
import type { Entry } from '../../../../src/orchestrator/store/types.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';

const PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

describe('the account of a pod', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  const clock = new FakeClock();
  beforeEach(async () => {
    let latest: (key: string) => Entry | undefined = () => undefined;
    const plugin: AdmissionPlugin = serviceAccount({
      store: { latest: (key) => latest(key) },
      clock,
      random: () => 0,
    });
    plane = await startTestApi({
      clock,
      plugins: [plugin],
      onStore: (store) => {
        latest = (key) => store.latest(key);
      },
    });
    client = plane.client();
  });
  afterEach(() => plane.dispose());

  const account = (name: string, more: object = {}) =>
    client.create(SERVICE_ACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: 'default' },
      ...more,
    });
  const create = (spec: Partial<PodSpec> = {}): Promise<Pod> =>
    client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'host' }], ...spec },
    });
  const refusalOf = (creating: Promise<Pod>): Promise<string> =>
    creating.then(
      () => expect.fail('it was taken'),
      (error: StatusError) => error.message,
    );

  it('is the default one, whose token every container finds where client libraries look', async () => {
    await account('default');
    const { spec } = await create({ initContainers: [{ name: 'first', image: 'host' }] });
    expect(spec).to.deep.include({ serviceAccountName: 'default', serviceAccount: 'default' });
    const mount = { name: 'kube-api-access-bbbbb', readOnly: true, mountPath: PATH };
    for (const one of [...spec.containers, ...(spec.initContainers ?? [])]) {
      expect(one.volumeMounts).to.deep.equal([mount]);
    }
    expect(spec.volumes).to.deep.equal([
      {
        name: 'kube-api-access-bbbbb',
        projected: {
          defaultMode: 0o644,
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [
                  { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
                ],
              },
            },
          ],
        },
      },
    ]);
  });

  it('that does not exist refuses the pod', async () => {
    expect(await refusalOf(create({ serviceAccountName: 'ghost' }))).to.equal(
      'pods "web" is forbidden: error looking up service account default/ghost: serviceaccount "ghost" not found',
    );
  });

  it('is waited for in a namespace that was just created, for a second', async () => {
    const creating = create();
    await clock.advance(500);
    await account('default');
    await clock.advance(20);
    expect((await creating).spec.serviceAccountName).to.equal('default');
    await client.delete(PODS, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
    await client.delete(SERVICE_ACCOUNTS, { namespace: 'default', name: 'default' });
    const refused = refusalOf(create());
    await clock.advance(1_100);
    expect(await refused).to.contain('error looking up service account default/default');
  });

  it('may do without a token, and the pod has the last word', async () => {
    await account('quiet', { automountServiceAccountToken: false });
    expect((await create({ serviceAccountName: 'quiet' })).spec.volumes).to.equal(undefined);
    await client.delete(PODS, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
    const loud = await create({ serviceAccountName: 'quiet', automountServiceAccountToken: true });
    expect(loud.spec.volumes).to.have.length(1);
  });

  it('leaves a container alone that mounts something at that path itself', async () => {
    await account('default');
    const volumeMounts = [{ name: 'own', mountPath: PATH }];
    const { spec } = await create({
      containers: [{ name: 'main', image: 'host', volumeMounts }],
      volumes: [{ name: 'own', emptyDir: {} }],
    });
    expect(spec.containers[0]?.volumeMounts).to.deep.equal(volumeMounts);
    expect(spec.volumes).to.have.length(1);
  });

  it('gives its image pull secrets to a pod that has none', async () => {
    await account('default', { imagePullSecrets: [{ name: 'registry' }] });
    expect((await create()).spec.imagePullSecrets).to.deep.equal([{ name: 'registry' }]);
  });

  it('that lists its secrets and enforces them refuses a pod that uses others', async () => {
    const metadata = {
      name: 'strict',
      namespace: 'default',
      annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' },
    };
    await client.create(SERVICE_ACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata,
      secrets: [{ name: 'mine' }],
    });
    const volumes = [{ name: 'keys', secret: { secretName: 'theirs' } }];
    expect(await refusalOf(create({ serviceAccountName: 'strict', volumes }))).to.equal(
      'pods "web" is forbidden: volume with secret.secretName="theirs" is not allowed because service account strict does not reference that secret',
    );
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'theirs', key: 'k' } } }];
    const containers = [{ name: 'main', image: 'host', env }];
    expect(await refusalOf(create({ serviceAccountName: 'strict', containers }))).to.contain(
      'container main with envVar KEY referencing secret.secretName="theirs"',
    );
    const mine = [{ name: 'keys', secret: { secretName: 'mine' } }];
    expect((await create({ serviceAccountName: 'strict', volumes: mine })).spec.volumes).to.have.length(2);
  });
});
