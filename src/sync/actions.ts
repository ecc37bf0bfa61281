import type { Clock } from '../base/clock.ts';
import { type Problem, ProblemError, unwrap } from '../base/errors.ts';
import type { Repository } from '../git/types.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import { type Explanation, explainRequest } from '../model/explanation.ts';
import type {
  ConnectRequest,
  DryRunReport,
  GeneratedReport,
  PlanReport,
  PreviewWord,
  ReleaseReport,
  StatusReport,
  SuspendTarget,
  SyncRequest,
  WhyReport,
} from '../model/faces.ts';
import { environmentObjectName } from '../model/names.ts';
import { DELIVERIES, ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../model/types.ts';
import type { User } from '../model/user.ts';
import { pushersOf } from './history/pushers.ts';
import { listReleases } from './history/releases.ts';
import { rollback } from './history/rollback.ts';
import { connectAndCheck, type RemoteAccess } from './intake/connectcheck.ts';
import { giveWord, previewOf } from './intake/previews/word.ts';
import type { PlanRequest } from './pass/planrequest.ts';
import type { AdoptionRequest } from './plan/adoption.ts';
import { pin, unpin } from './state/pin.ts';
import { forgetValues, generatedReport } from './state/renewal.ts';
import { reasonsOf, releaseReport, statusReport } from './state/reports.ts';
import type { Teardown } from './state/requestteardown.ts';
import { resume, type Suspendable, type SuspendRequest, suspend } from './state/suspensions.ts';
import type { Sync } from './sync.ts';

export interface SyncActionsOptions {
  readonly home: KubeClient;
  readonly sync: Sync;
  readonly repository: (delivery: string) => Promise<Repository | undefined>;
  /** Absent: there is no way to what is elsewhere, and nothing is asked there. */
  readonly remotes?: RemoteAccess;
  readonly clock: Clock;
  /** Reads the branches of a delivery into the record now. Rejects when that fails. */
  readonly readBranches: (delivery: string) => Promise<void>;
  /** Why the record does not say what the branches of a delivery say. */
  readonly failureOf: (delivery: string) => Problem | undefined;
}

/** An environment as it was asked for; an empty delivery means the only one that has it. */
interface Asked {
  readonly delivery: string;
  readonly environment: string;
}

/** What the faces can ask of sync. Every refusal rejects with ProblemError. */
export function createSyncActions(options: SyncActionsOptions) {
  const { home, sync, repository, clock, failureOf } = options;
  const find = (asked: Asked): Promise<Environment> => findEnvironment(home, asked);
  const suspendable = async (what: SuspendTarget): Promise<Suspendable> => {
    if (what.scope === 'environment') return { scope: 'environment', environment: await find(what) };
    if (what.scope === 'delivery') await assertDelivery(home, what.delivery);
    return what;
  };
  return {
    find,

    async status(): Promise<StatusReport> {
      const where = { namespace: PILOTAGE_NAMESPACE };
      const [deliveries, environments] = await Promise.all([
        home.list(DELIVERIES, where),
        home.list(ENVIRONMENTS, where),
      ]);
      return statusReport(deliveries.items, environments.items, failureOf, sync.suspensionOf);
    },

    async plan(asked: Asked, options: PlanRequest): Promise<PlanReport> {
      const { delivery, environment } = (await find(asked)).spec;
      return unwrap(await sync.plan(delivery, environment, options));
    },

    dryRun: async (asked: Asked): Promise<DryRunReport> => unwrap(await sync.dryRun(await find(asked))),

    explain: async (
      asked: Asked,
      { object, field }: { object: string; field?: string },
    ): Promise<Explanation> => {
      const request = explainRequest(field === undefined ? [object] : [object, field]);
      return unwrap(await sync.explain(await find(asked), request));
    },

    async sync(asked: Asked, { acknowledge, override, ...confirmed }: SyncRequest, { name: by }: User) {
      const { delivery, environment, branch } = (await find(asked)).spec;
      if (override) assertReason(override.reason, `pilotage sync ${delivery}/${environment} --override`);
      await options.readBranches(delivery);
      const tip = acknowledge ? await tipOf(home, delivery, branch) : undefined;
      await sync.requestSync(delivery, environment, {
        ...(tip ? { acknowledge: tip } : {}),
        ...(override ? { override: { reason: override.reason.trim(), by } } : {}),
        ...confirmed,
      });
      return { message: `${delivery}/${environment} is being reconciled.` };
    },

    async history(asked: Asked): Promise<readonly ReleaseReport[]> {
      const object = await find(asked);
      const { delivery, environment } = object.spec;
      const releases = await listReleases(home, delivery, environment);
      const revisions = releases.map(({ spec }) => spec.revision);
      const pushers = await pushersOf(await repository(delivery), revisions);
      return releases.map((release) => ({
        ...releaseReport(release, object.status?.release),
        pushes: pushers(release.spec.revision),
      }));
    },

    async rollback(asked: Asked, { number }: { number?: number }, { name: by }: User) {
      const { delivery, environment } = (await find(asked)).spec;
      const target = { by, now: clock.now(), ...(number === undefined ? {} : { number }) };
      const { release } = unwrap(await rollback(home, environmentObjectName(delivery, environment), target));
      const { number: to, revision } = release.spec;
      return {
        message: `${delivery}/${environment} goes back to release ${to} (${revision.slice(0, 7)}) and is pinned there.`,
      };
    },

    async pin(asked: Asked, { revision, reason }: { revision?: string; reason: string }, { name: by }: User) {
      const object = await find(asked);
      const { delivery, environment } = object.spec;
      const held = revision ? await resolve(repository, delivery, revision) : object.status?.deployedRevision;
      if (!held)
        throw new ProblemError({
          reason: 'NothingDeployed',
          message: `Nothing is deployed in ${delivery}/${environment} that could be held.`,
        });
      await pin(
        home,
        environmentObjectName(delivery, environment),
        { revision: held, reason, by },
        clock.now(),
      );
      return { message: `${delivery}/${environment} is pinned to ${held.slice(0, 7)}.` };
    },

    accept: async (asked: Asked, word: { proposal?: string }, { name: by }: User) =>
      sync.accept(await find(asked), { ...word, by }),

    async delete(asked: Asked, { onDelete, isPreview }: { onDelete: Teardown; isPreview?: boolean }) {
      const environment = await find(asked);
      if (isPreview) previewOf(environment);
      return sync.delete(environment, onDelete);
    },

    preview: async (asked: Asked, word: PreviewWord, { name: by }: User) =>
      giveWord({ home, clock }, await find(asked), word, by),
    confirm: async (asked: Asked, word: { plan?: string }, { name: by }: User) =>
      sync.confirm(await find(asked), { ...word, by }),

    adopt: async (asked: Asked, request: Omit<AdoptionRequest, 'by'>, { name: by }: User) =>
      sync.adopt(await find(asked), { ...request, by }),

    async unpin(asked: Asked) {
      const { delivery, environment, branch, pin: held } = (await find(asked)).spec;
      if (!held)
        throw new ProblemError({ reason: 'NotPinned', message: `${delivery}/${environment} is not pinned.` });
      await unpin(home, environmentObjectName(delivery, environment));
      return { message: `${delivery}/${environment} follows its branch ${branch} again.` };
    },

    generated: async (asked: Asked): Promise<readonly GeneratedReport[]> =>
      generatedReport(home, (await find(asked)).spec),

    async renew(asked: Asked, { names }: { names: readonly string[] | 'all' }) {
      const { spec } = await find(asked);
      const { delivery, environment, pin: held } = spec;
      const { renewed, unused } = await forgetValues(home, spec, names);
      await sync.requestSync(delivery, environment);
      const when = held ? ' once it follows its branch again: it is pinned' : '';
      const parts = [
        ...(renewed.length > 0 ? [`${delivery}/${environment} gets ${renewed.join(', ')} anew${when}.`] : []),
        ...(unused.length > 0 ? [`No object holds ${unused.join(', ')}: forgotten.`] : []),
      ];
      return { message: parts.join(' ') };
    },

    /** Without the gates of its promotion: those are another room's knowledge. */
    async why(asked: Asked): Promise<Omit<WhyReport, 'gates'>> {
      const object = await find(asked);
      const { delivery, environment } = object.spec;
      const wanted = object.status?.wantedRevision;
      const pushers = await pushersOf(await repository(delivery), wanted ? [wanted] : []);
      const held = (await generatedReport(home, object.spec)).filter(({ objects }) => objects.length > 0);
      return {
        ...reasonsOf(object, await listReleases(home, delivery, environment), sync.suspensionOf),
        pushes: wanted ? pushers(wanted) : [],
        ...(held.length > 0 ? { generated: held } : {}),
      };
    },

    connect: (request: ConnectRequest) => connectAndCheck(home, request, options.remotes),
    suspend: async (what: SuspendTarget, request: SuspendRequest, { name: by }: User) =>
      suspend({ home, clock }, await suspendable(what), request, by),
    resume: async (what: SuspendTarget) => resume({ home, clock }, await suspendable(what)),
  };
}

function assertReason(reason: string, command: string): void {
  if (reason.trim() !== '') return;
  throw new ProblemError({
    reason: 'ReasonMissing',
    message: 'Who passes over windows says why, for those who find it.',
    remedy: `${command} --reason WHY`,
  });
}

async function assertDelivery(home: KubeClient, name: string): Promise<void> {
  const key = { namespace: PILOTAGE_NAMESPACE, name };
  if (await home.get(DELIVERIES, key).catch(notFoundAsUndefined)) return;
  throw new ProblemError({
    reason: 'NotFound',
    message: `There is no delivery ${name}.`,
    remedy: 'pilotage status lists those that are there; an environment is named DELIVERY/ENVIRONMENT.',
  });
}

export async function findEnvironment(
  home: KubeClient,
  { delivery, environment }: Asked,
): Promise<Environment> {
  const { items } = await home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
  const found = items.filter(
    ({ spec }) => spec.environment === environment && (delivery === '' || spec.delivery === delivery),
  );
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  throw new ProblemError(only ? ambiguous(environment, found) : unknown(delivery, environment, items));
}

function unknown(delivery: string, environment: string, all: readonly Environment[]): Problem {
  const names = all.map(({ spec }) => `${spec.delivery}/${spec.environment}`).sort();
  return {
    reason: 'NotFound',
    message: `There is no environment ${delivery === '' ? '' : `${delivery}/`}${environment}.`,
    remedy:
      names.length > 0
        ? `There are: ${names.join(', ')}.`
        : 'Nothing has been pushed yet: push a repository to the git URL that `pilotage up` printed.',
  };
}

const ambiguous = (environment: string, found: readonly Environment[]): Problem => ({
  reason: 'Ambiguous',
  message: `Several deliveries have an environment ${environment}.`,
  remedy: `Say which: ${found.map(({ spec }) => `${spec.delivery}/${spec.environment}`).join(', ')}.`,
});

async function tipOf(home: KubeClient, delivery: string, branch: string): Promise<string | undefined> {
  const object = await home
    .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: delivery })
    .catch(notFoundAsUndefined);
  return object?.status?.branches?.[branch];
}

async function resolve(
  repository: SyncActionsOptions['repository'],
  delivery: string,
  revision: string,
): Promise<string> {
  const resolved = await (await repository(delivery))?.resolve(revision);
  if (resolved) return resolved;
  throw new ProblemError({
    reason: 'NotFound',
    message: `${revision} is no branch and no commit of ${delivery}.`,
  });
}
