import { ok, type Problem } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { type OpenRepository, openRepository } from '../../src/git/repository.ts';
import type { Commit, PushRecord } from '../../src/git/types.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { advancesAfter } from '../../src/model/advanced.ts';
import { advancedClient } from '../../src/model/advancedclient.ts';
import { LABELS } from '../../src/model/annotations.ts';
import { promotionObjectName } from '../../src/model/names.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  type Environment,
  type EnvironmentStatus,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type Promotion,
  type PromotionPolicy,
  RELEASES,
} from '../../src/model/types.ts';
import { approve } from '../../src/promotion/act/approve.ts';
import { promote } from '../../src/promotion/act/promote.ts';
import { createPromotionController } from '../../src/promotion/controller.ts';
import type { PromoteOptions } from '../../src/promotion/options.ts';
import { environmentOf } from '../../src/promotion/record/lookup.ts';
import { install } from '../../src/sync/cluster/install.ts';
import { changeSpec } from '../../src/sync/state/pin.ts';
import type { FakeClock } from '../fakes/clock.ts';
import type { FakeForge } from '../fakes/forge.ts';
import { named, signedIn } from '../fakes/user.ts';
import { watchedIn } from '../fakes/watched.ts';
import { drop, scratch } from '../git/support/git.ts';
import { commit, type Files } from '../git/support/history.ts';
import { startTestApi } from '../orchestrator/api/harness.ts';

/** What sync would have recorded of an environment. */
type Standing = Partial<EnvironmentStatus>;

export interface World {
  readonly home: KubeClient;
  readonly clock: FakeClock;
  readonly repository: OpenRepository;
  readonly options: PromoteOptions;
  /** What rendering the target at the result finds wrong. */
  rehearsal: readonly Problem[];
  /** Where its pull requests are. */
  forge: FakeForge | undefined;
  /** Runs once, just before a branch is moved: somebody else's push in the same moment. */
  meanwhile: (() => Promise<unknown>) | undefined;
  /** Pushes that a promotion made: `prod`. */
  readonly published: string[];
  /** Commits these files on top of a branch, as a person would. */
  push(branch: string, files: Files, message?: string): Promise<string>;
  /** What sync records once a revision of `dev` runs and is well. */
  deploys(environment: string, revision: string, standing?: Standing): Promise<void>;
  /** What sync records once a revision was observed that changes nothing for `dev`. */
  leavesAlone(environment: string, revision: string): Promise<void>;
  /** push + deploys, for `dev`. */
  ships(files: Files, message?: string): Promise<string>;
  /** As if `by` had pushed this commit to the host, with a program of theirs or by hand. */
  pushedBy(by: string, commit: string, more?: Pick<PushRecord, 'program' | 'aliases'>): void;
  tip(branch?: string): Promise<Commit>;
  /** `promote shop/prod` */
  promote(request?: {
    to?: string;
    dryRun?: boolean;
    by?: string;
    again?: boolean;
  }): ReturnType<typeof promote>;
  approve(by: string, revision?: string): ReturnType<typeof approve>;
  /** As if sync had released a revision, of `prod` unless another is named: its tree ran there. */
  released(revision: string, cause?: 'commit' | 'pin', environment?: string): Promise<void>;
  /** The record of one revision's promotion to prod. */
  record(revision: string): Promise<Promotion>;
  dispose(): Promise<void>;
}

/** Runs the controller on a world until the function that it returns is called. */
export function startController(options: PromoteOptions): () => Promise<void> {
  const controller = createPromotionController({
    ...options,
    watched: watchedIn(options.home, options.clock),
  });
  const stopping = new AbortController();
  controller.start(stopping.signal);
  return async () => {
    stopping.abort();
    await controller.stop();
  };
}

/** dev is promoted to prod by `policy`, in a real repository and the real API, at a time that only moves when told. */
export async function createWorld(policy: Partial<PromotionPolicy> = {}): Promise<World> {
  const api = await startTestApi();
  const { clock } = api;
  const home = advancedClient(api.client());
  const installing = new AbortController();
  await install(home, clock, installing.signal);
  const dir = scratch();
  const repository = await openRepository(`${dir}/shop.git`, { create: true });
  await addEnvironment(home, 'dev', 'main');
  await addEnvironment(home, 'prod', 'prod', { from: 'dev', auto: false, gates: {}, ...policy });

  const world: World = {
    home,
    clock,
    repository,
    rehearsal: [],
    meanwhile: undefined,
    forge: undefined,
    published: [],
    options: {
      home,
      clock,
      logger: silentLogger,
      author: { name: 'Pilotage', email: 'pilotage@localhost' },
      repository: async (delivery) => (delivery === 'shop' ? repository : undefined),
      rehearse: async () => world.rehearsal,
      async publish({ branch, oid, expected }) {
        const before = world.meanwhile;
        world.meanwhile = undefined;
        await before?.();
        if (!(await repository.moveBranch(branch, oid, expected))) return 'rejected';
        world.published.push(branch);
        return 'pushed';
      },
      forge: async () => world.forge,
      look: async () => undefined,
      outline: async () => ['update Deployment web'],
      changeSpec: ({ metadata }, spec) => changeSpec(home, metadata.name ?? '', spec),
      imageEdits: async () => ok({ edits: [], contents: new Map(), before: new Map() }),
      pinImage: async (_delivery, image) => image,
      async hold({ metadata }, held) {
        const pin = { ...held, since: new Date(clock.now()).toISOString() };
        const key = { namespace: PILOTAGE_NAMESPACE, name: metadata.name ?? '' };
        await home.patch(ENVIRONMENTS, key, { type: 'merge', body: { spec: { pin } } });
      },
    },
    async push(branch, files, message) {
      const before = (await repository.branches())[branch] ?? null;
      const oid = await commit(repository, files, before ? [before] : [], message);
      await repository.moveBranch(branch, oid, before);
      return oid;
    },
    async deploys(name, revision, standing = {}) {
      await setStatus(home, name, {
        wantedRevision: revision,
        deployedRevision: revision,
        sync: 'Synced',
        phase: 'Idle',
        health: 'Healthy',
        healthySince: new Date(clock.now()).toISOString(),
        message: '',
        ...standing,
      });
    },
    async leavesAlone(name, revision) {
      const source = await environmentOf(home, 'shop', name);
      const { tree } = await repository.commit(revision);
      const commit = { revision, tree, at: new Date(clock.now()).toISOString() };
      const created = await home.create(DELIVERIES, {
        apiVersion: PILOTAGE_API_VERSION,
        kind: 'Delivery',
        metadata: { name: 'shop', namespace: PILOTAGE_NAMESPACE },
        spec: { repository: { type: 'hosted' } },
      });
      const advances = advancesAfter(created, [source], new Map([[source, commit]]));
      const status = { advanced: advances };
      await home.update(DELIVERIES, { ...created, status }, { subresource: 'status' });
    },
    async ships(files, message) {
      const revision = await world.push('main', files, message);
      await world.deploys('dev', revision);
      return revision;
    },
    pushedBy(by, oid, more = {}) {
      const at = new Date(clock.now()).toISOString();
      repository.pushes.append([{ at, by, verified: true, ...more, commits: [oid] }]);
    },
    tip: async (branch = 'prod') => repository.commit((await repository.branches())[branch] ?? ''),
    promote: ({ to = 'prod', dryRun = false, by = 'ann', again = false } = {}) =>
      promote(world.options, 'shop', to, { dryRun, again }, named(by)),
    approve: (by, revision) =>
      approve(world.options, 'shop', 'prod', revision ? { revision } : {}, signedIn(by)),
    async released(revision, cause = 'commit', environment = 'prod') {
      const { tree } = await repository.commit(revision);
      await world.deploys(environment, revision, { deployedTree: tree });
      await home.create(RELEASES, {
        apiVersion: PILOTAGE_API_VERSION,
        kind: 'Release',
        metadata: {
          name: `shop.${environment}.${revision}`,
          namespace: PILOTAGE_NAMESPACE,
          labels: { [LABELS.delivery]: 'shop', [LABELS.environment]: environment },
        },
        spec: {
          delivery: 'shop',
          environment,
          number: 1,
          revision,
          tree,
          branch: environment === 'dev' ? 'main' : environment,
          cause,
          digest: '',
          manifests: '',
        },
      });
    },
    record: (revision) =>
      home.get(PROMOTIONS, {
        namespace: PILOTAGE_NAMESPACE,
        name: promotionObjectName('shop', 'prod', revision),
      }),
    async dispose() {
      installing.abort();
      repository.close();
      drop(dir);
      await api.dispose();
    },
  };
  return world;
}

export async function addEnvironment(
  home: KubeClient,
  environment: string,
  branch: string,
  promotionPolicy?: PromotionPolicy,
): Promise<void> {
  await home.create(ENVIRONMENTS, {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'Environment',
    metadata: { name: `shop.${environment}`, namespace: PILOTAGE_NAMESPACE },
    spec: { delivery: 'shop', environment, branch, path: '', namespace: `shop-${environment}` },
  });
  if (promotionPolicy) await setStatus(home, environment, { promotionPolicy });
}

async function setStatus(home: KubeClient, environment: string, standing: Standing): Promise<void> {
  const key = { namespace: PILOTAGE_NAMESPACE, name: `shop.${environment}` };
  const object: Environment = await home.get(ENVIRONMENTS, key);
  const status = {
    sync: 'Unknown',
    phase: 'Idle',
    health: 'Unknown',
    ...object.status,
    ...standing,
  } as const;
  await home.update(ENVIRONMENTS, { ...object, status }, { subresource: 'status' });
}

/** The reason of a refusal, or what came instead. */
export const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'not refused',
    (error: { problem?: Problem; message: string }) => error.problem?.reason ?? error.message,
  );
