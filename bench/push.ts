/** git push → objects written → all pods ready: as a person sees it, git's own time included. */
import type { ConfigMap, Deployment } from '../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, DEPLOYMENTS, PODS } from '../src/kube/kinds/resources.data.ts';
import type { Resource } from '../src/kube/values/types.ts';
import { median, repeated, report, timed } from './support/figures.ts';
import { Instance, until, webRepository } from './support/instance.ts';

const NAMESPACE = 'web-dev';
const ROUNDS = 10;

await Instance.during(async (instance) => {
  const client = await instance.client();
  const repository = await webRepository(instance);
  const first = await timed(() => repository.git.run('push', '--quiet', repository.url, 'main'));
  report('first push → healthy', first, 'ms', { pods: 3, includes: 'namespace, image, git client' });

  const ending = new AbortController();
  const latest = { greeting: '', deployment: undefined as Deployment | undefined };
  const follow = async <T extends ConfigMap | Deployment>(
    resource: Resource<T>,
    see: (object: T) => void,
  ) => {
    const { items, metadata } = await client.list(resource, { namespace: NAMESPACE });
    items.forEach(see);
    const { resourceVersion = '' } = metadata;
    for await (const event of client.watch(resource, {
      namespace: NAMESPACE,
      resourceVersion,
      signal: ending.signal,
    }))
      if (event.type !== 'BOOKMARK') see(event.object as T);
  };
  const following = Promise.allSettled([
    follow<ConfigMap>(CONFIG_MAPS, ({ data }) => {
      latest.greeting = data?.GREETING ?? '';
    }),
    follow<Deployment>(DEPLOYMENTS, (deployment) => {
      latest.deployment = deployment;
    }),
  ]);

  const ready: number[] = [];
  const written = await repeated(ROUNDS, async (turn) => {
    const greeting = `round ${turn}`;
    await repository.commit('values/dev.yaml', () => `greeting: ${greeting}\n`);
    const since = performance.now();
    const pushed = repository.git.run('push', '--quiet', repository.url, 'main');
    await until('the objects are written', () => {
      const template = latest.deployment?.spec?.template?.metadata;
      return latest.greeting === greeting && template?.annotations?.greeting === greeting;
    });
    const wrote = performance.now() - since;
    await until('all pods are ready', () => isRolledOut(latest.deployment));
    ready.push(performance.now() - since);
    await pushed;
    await until('nothing terminates any more', () => isQuiet());
    return wrote;
  });
  const floor = await repeated(ROUNDS, () => timed(() => repository.git.run('ls-remote', repository.url)));
  report('push → objects written', median(written), 'ms', { target: '< 150', samples: written, objects: 2 });
  report('push → all pods ready', median(ready), 'ms', {
    samples: ready,
    pods: 3,
    strategy: 'surge 1, unavailable 0',
  });
  report('git ls-remote, for comparison', median(floor), 'ms', { samples: floor });
  ending.abort();
  await following;
  client.close();

  async function isQuiet(): Promise<boolean> {
    return (await client.list(PODS, { namespace: NAMESPACE })).items.length === 3;
  }
});

/** What `kubectl rollout status` waits for. */
function isRolledOut(deployment: Deployment | undefined): boolean {
  const { metadata, spec, status } = deployment ?? {};
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1) &&
    status?.updatedReplicas === wanted &&
    status?.replicas === wanted &&
    status?.availableReplicas === wanted
  );
}
