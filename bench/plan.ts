/** The plan of an environment of 1,000 objects in which nothing has changed, as `pilotage diff` asks for it. */
import { median, repeated, report, timed } from './support/figures.ts';
import { Instance, until } from './support/instance.ts';

const SIZES = { ConfigMap: 600, Secret: 200, Deployment: 200 };
const PATH = '/api/v1/environments/many/dev/plan';

await Instance.during(async (instance) => {
  const repository = await instance.repository('many', undefined, { 'objects.yaml': manifests() });
  const first = await timed(() => repository.git.run('push', '--quiet', repository.url, 'main'));
  report('first push of 1,000 objects → healthy', first, 'ms', SIZES);
  await settled();

  const plan = async () => {
    const { steps } = (await instance.get(PATH)) as { steps: { action: string }[] };
    const unchanged = steps.filter(({ action }) => action === 'unchanged').length;
    if (unchanged !== 1000) throw new Error(`${unchanged} of ${steps.length} objects are unchanged`);
  };
  const warm = await repeated(10, () => timed(plan));
  report('plan of 1,000 unchanged objects', median(warm), 'ms', {
    target: '< 200',
    samples: warm,
    first: Math.round(warm[0] ?? 0),
  });

  await instance.restartDaemon();
  await settled();
  const cold = await repeated(3, () => timed(plan));
  report('the same, first after a restart', cold[0] ?? Number.NaN, 'ms', {
    next: cold.slice(1).map(Math.round),
  });

  async function settled(): Promise<void> {
    await until('the environment is in sync', async () => (await instance.cli('status')).includes('Synced'));
  }
});

/** Deployments of no replicas: objects to plan, nothing to run. */
function manifests(): string {
  const documents = Object.entries(SIZES).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, i) => JSON.stringify(objectOf(kind, `${kind.toLowerCase()}-${i}`))),
  );
  return documents.join('\n---\n');
}

function objectOf(kind: string, name: string): object {
  const labels = { app: name };
  if (kind === 'ConfigMap')
    return { apiVersion: 'v1', kind, metadata: { name, labels }, data: { a: 'one', b: 'two' } };
  if (kind === 'Secret')
    return { apiVersion: 'v1', kind, metadata: { name, labels }, stringData: { token: name } };
  const container = {
    name: 'app',
    image: 'host',
    command: ['sleep', '1d'],
    ports: [{ containerPort: 8080 }],
    env: [{ name: 'A', value: 'b' }],
    resources: { requests: { cpu: '100m', memory: '64Mi' } },
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  };
}
