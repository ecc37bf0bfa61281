import type { KeyObject } from 'node:crypto';
import type { BlobStore } from '../../src/base/blobs.ts';
import { type Clock, sleep, systemClock } from '../../src/base/clock.ts';
import { ok } from '../../src/base/errors.ts';
import type { FileTree } from '../../src/base/filetree.ts';
import { silentLogger } from '../../src/base/log.ts';
import { serializeCommit } from '../../src/git/objects/object.ts';
import type { Commit, Repository } from '../../src/git/types.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { DEPLOYMENTS } from '../../src/kube/kinds/resources.data.ts';
import { isObject } from '../../src/kube/values/equal.ts';
import { isNotFound } from '../../src/kube/values/status.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { advancedClient } from '../../src/model/advancedclient.ts';
import type { ProgressEvent } from '../../src/model/progress.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { signForGit } from '../../src/signatures/sshsig.ts';
import type { SyncOptions } from '../../src/sync/options.ts';
import type { ImageBuild } from '../../src/sync/source/source.ts';
import { createSync, type Sync } from '../../src/sync/sync.ts';
import { createMemoryBlobs } from '../fakes/blobs.ts';
import { FakeClock } from '../fakes/clock.ts';
import { createFakeCluster, type FakeCluster } from '../fakes/cluster.ts';
import { filesOf } from '../fakes/filetree.ts';
import { render } from './plainrender.ts';

type Files = Readonly<Record<string, string>>;

interface CommitOptions {
  readonly rewritten?: boolean;
  /** Ada's key of SSH. */
  readonly signedBy?: KeyObject;
}

/** A repository in memory: `commit` moves a branch; a commit descends from its branch's last one unless it is `rewritten`. */
export interface FakeRepository {
  readonly repository: Repository;
  readonly branches: Record<string, string>;
  /** What releases rendered to; it outlives a daemon as the repository does. */
  readonly blobs: BlobStore;
  commit(branch: string, files: Files, options?: CommitOptions): string;
  /** As if git could not be read. */
  broken: boolean;
}

export function createFakeRepository(): FakeRepository {
  const commits = new Map<string, { commit: Commit; tree: FileTree; bytes: Buffer }>();
  const branches: Record<string, string> = {};
  const find = (oid: string) => {
    const found = commits.get(oid);
    if (!found || fake.broken) throw new Error(`cannot read ${oid}`);
    return found;
  };
  const isAncestor = (ancestor: string, descendant: string): boolean =>
    ancestor === descendant || find(descendant).commit.parents.some((parent) => isAncestor(ancestor, parent));
  const fake: FakeRepository = {
    branches,
    blobs: createMemoryBlobs(),
    broken: false,
    commit(branch, files, { rewritten = false, signedBy } = {}) {
      const oid = (commits.size + 1).toString(16).padStart(40, '0');
      const parents = branches[branch] && !rewritten ? [branches[branch]] : [];
      const tree = filesOf(files);
      const who = { name: 'Ada', email: 'ada@example.com', at: 0 };
      const commit = {
        ...{ oid, tree: tree.digest('') ?? '', parents, author: who, committer: who },
        message: `commit ${commits.size + 1}`,
      };
      const plain = serializeCommit(commit);
      const bytes = signedBy ? serializeCommit(commit, signForGit(signedBy, plain)) : plain;
      commits.set(oid, { commit, tree, bytes });
      branches[branch] = oid;
      return oid;
    },
    repository: {
      commit: async (oid: string) => find(oid).commit,
      commitBytes: async (oid: string) => find(oid).bytes,
      log: async (from: string, { exclude = [] }: { exclude?: readonly string[] } = {}) =>
        [...commits.keys()]
          .filter((oid) => isAncestor(oid, from) && !exclude.some((one) => isAncestor(oid, one)))
          .map((oid) => find(oid).commit),
      tree: async (oid: string) => find(oid).tree,
      isAncestor: async (a: string, b: string) => isAncestor(a, b),
      resolve: async (revision: string) =>
        branches[revision] ?? (commits.has(revision) ? revision : undefined),
      keep: async () => {},
      unkeep: async () => {},
      pushesOf: async () => [],
    } as unknown as Repository,
  };
  return fake;
}

export interface Harness {
  readonly sync: Sync;
  readonly home: FakeCluster;
  /** Of the cluster that is delivered to, as its administrator. */
  readonly client: KubeClient;
  readonly git: FakeRepository;
  readonly clock: FakeClock;
  readonly events: ProgressEvent[];
  /** What each rendering was told of images. */
  readonly images: Readonly<Record<string, string>>[];
  /** Commits, tells sync as a push does, and lets everything settle. */
  push(files: Files, branch?: string, options?: CommitOptions): Promise<string>;
  /** Tells sync of the branches as they are. */
  observe(): Promise<void>;
  /** Lets everything that is due happen. */
  settle(ms?: number): Promise<void>;
  environment(name?: string): Promise<Environment>;
  /** A live object, or undefined. */
  live(
    kind: 'ConfigMap' | 'Deployment' | 'Service' | 'PersistentVolumeClaim',
    name: string,
    namespace?: string,
  ): Promise<KubeObject | undefined>;
  /** Plays the deployment controller: what it would report. */
  report(name: string, status: 'healthy' | 'progressing' | 'late', namespace?: string): Promise<void>;
  said(stage: string): string[];
  /** Waits for a condition in real time, at most ten seconds. */
  until(condition: () => Promise<boolean>): Promise<void>;
}

type HarnessOptions = Partial<
  Pick<SyncOptions, 'render' | 'buildImages' | 'deadlineMs' | 'clusterFor' | 'mayDeploy' | 'verifies'>
> & {
  readonly home?: FakeCluster;
  readonly git?: FakeRepository;
  /** A real cluster in place of the fake one, and with it real time. */
  readonly client?: KubeClient;
  readonly clock?: Clock;
};

export async function createHarness(
  overrides: HarnessOptions = {},
): Promise<Harness & { stop(): Promise<void> }> {
  const home = overrides.home ?? createFakeCluster();
  const git = overrides.git ?? createFakeRepository();
  const fake = new FakeClock();
  const clock = overrides.clock ?? fake;
  const client = advancedClient(overrides.client ?? home.client);
  const events: ProgressEvent[] = [];
  const images: Readonly<Record<string, string>>[] = [];
  const sync = createSync({
    releaseKey: Buffer.alloc(32, 7),
    blobs: git.blobs,
    home: client,
    clusterFor: overrides.clusterFor ?? (async () => client),
    instanceUid: 'instance-1',
    repository: async () => git.repository,
    render: (request) => {
      images.push(request.images);
      return (overrides.render ?? render)(request);
    },
    buildImages: overrides.buildImages ?? (async () => ok(built({}))),
    clock,
    logger: silentLogger,
    progress: { publish: (event) => void events.push(event) },
    ...(overrides.mayDeploy ? { mayDeploy: overrides.mayDeploy } : {}),
    ...(overrides.verifies ? { verifies: overrides.verifies } : {}),
    ...(overrides.deadlineMs ? { deadlineMs: overrides.deadlineMs } : {}),
  });
  const stopping = new AbortController();
  await sync.start(stopping.signal);
  const harness: Harness = {
    sync,
    home,
    client,
    git,
    clock: fake,
    events,
    images,
    async push(files, branch = 'main', options = {}) {
      const oid = git.commit(branch, files, options);
      await harness.observe();
      return oid;
    },
    async observe() {
      await sync.observed('shop', { ...git.branches }, 'main', 'push');
      await harness.settle();
    },
    async settle(ms = 300) {
      if (overrides.clock === undefined) for (let i = 0; i < 4; i++) await fake.advance(ms / 4);
    },
    environment: (name = 'dev') =>
      client.get(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name: `shop.${name}` }),
    async live(kind, name, namespace = 'shop-dev') {
      const row = await client.resourceFor({ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind });
      if (!row) throw new Error(`no ${kind}`);
      return client.get(row, { namespace, name }).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    },
    async report(name, status, namespace = 'shop-dev') {
      const deployment = await client.get(DEPLOYMENTS, { namespace, name });
      const wanted = deployment.spec.replicas ?? 1;
      const available = status === 'healthy' ? wanted : 0;
      const reason = status === 'late' ? 'ProgressDeadlineExceeded' : 'ReplicaSetUpdated';
      await client.update(
        DEPLOYMENTS,
        {
          ...deployment,
          status: {
            observedGeneration: deployment.metadata.generation,
            replicas: wanted,
            updatedReplicas: wanted,
            availableReplicas: available,
            conditions: [
              { type: 'Progressing', status: status === 'late' ? 'False' : 'True', reason, message: 'm' },
            ],
          },
        },
        { subresource: 'status', fieldManager: 'kube-controller-manager' },
      );
      await harness.settle();
    },
    async until(condition) {
      const deadline = performance.now() + 10_000;
      while (!(await condition())) {
        if (performance.now() > deadline)
          throw new Error(`not within 10 s; said: ${JSON.stringify(events.at(-1))}`);
        await sleep(systemClock, 20);
      }
    },
    said: (stage) => events.filter((event) => event.stage === stage).map(({ message }) => message),
  };
  return Object.assign(harness, {
    async stop() {
      stopping.abort();
      await sync.stop();
    },
  });
}

/** `cm('a', {k: 'v'})`: a ConfigMap as a manifest file. */
export const cm = (
  name: string,
  data: Readonly<Record<string, string>> = { k: 'v' },
  annotations = {},
): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations }, data });

export const deploy = (name: string, replicas = 2, annotations = {}): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, annotations },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'host', command: ['sleep'] }] },
      },
    },
  });

export const dataOf = (object: KubeObject | undefined): unknown =>
  isObject(object?.data) ? { ...object.data } : undefined;

/** Images that are there already; `build` may say otherwise. */
export const built = (
  references: Record<string, string>,
  build: ImageBuild['build'] = async () => ok({}),
): ImageBuild => ({ references, build });
