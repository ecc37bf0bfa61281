import { formatProblem } from '../../base/errors.ts';
import { breather } from '../../base/mutex.ts';
import type { Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { LABELS } from '../../model/annotations.ts';
import { isDeliverable } from '../../model/apps.ts';
import {
  type Discovered,
  decidingBranches,
  discover,
  type FileAt,
  type KnownEnvironment,
} from '../../model/environments.ts';
import { differing, termsInForce } from '../../model/terms.ts';
import {
  DELIVERIES,
  type Delivery,
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';
import { fileAt } from '../source/deliveryfile.ts';
import { type AdvanceOptions, advance, comparisonIn, type Tip, type Untouched } from './advance.ts';
import { isComplaint } from './complaint.ts';
import { ORIGIN } from './environmentobject.ts';
import { recordPreviews } from './previews/record.ts';
import { type Registered, type RegisterOptions, registerEnvironment } from './register.ts';
import {
  type Affected,
  affected,
  observeTip,
  type Pushed,
  recordFrozen,
  type Source,
  type WantedOptions,
} from './wanted.ts';

/** The branches of a delivery as they are now, and how they were learnt. */
export interface Observation {
  readonly branches: Readonly<Record<string, string>>;
  readonly defaultBranch: string | undefined;
  readonly source: Source;
  readonly pushed?: Pushed | undefined;
  /** They are taken in again as they were recorded: nobody has asked the remote anew. */
  readonly isRepeated?: boolean;
}

/**
 * Takes the branches of a delivery as they are now into the record: its environments, what each of them wants, and what is frozen.
 * Resolves with the environments that this concerns. What they want is written, and nothing has acted on it before it was written.
 */
export async function recordBranches(
  options: AdvanceOptions & RegisterOptions,
  name: string,
  observation: Observation,
): Promise<readonly Affected[]> {
  const { branches, defaultBranch } = observation;
  const repository = await options.repository(name);
  if (repository === undefined) return [];
  const delivery = await ensureDelivery(options, repository, name, observation);
  if (delivery === undefined) return [];
  const all = (await options.environments.read()).filter(({ spec }) => spec.delivery === name);
  const known = all.filter(({ spec }) => spec.preview === undefined);
  const files = await readFiles(repository, branches, defaultBranch, known);
  const file = defaultBranch === undefined ? undefined : files.get(defaultBranch);
  const unreadable = file && !file.ok ? file.problems.map(formatProblem).join('\n') : undefined;
  // Empty: nothing is wrong with its source any more.
  const isAnswered = !isComplaint(delivery.status?.message);
  const keepsComplaint = observation.isRepeated && !isAnswered;
  const said = keepsComplaint ? delivery.status?.message : unreadable;
  await recordTips(options.home, delivery, branches, defaultBranch, said ?? '');
  // Environments that exist say it themselves, when they freeze; where there is none yet, nobody else would.
  if (unreadable && known.length === 0) {
    options.progress.publish({
      at: options.clock.now(),
      delivery: name,
      stage: 'failed',
      message: unreadable,
    });
  }
  const found = discover({
    delivery: name,
    defaultBranch,
    branches: new Set(Object.keys(branches)),
    fileAt: (branch) => files.get(branch),
    known: known.map(knownOf),
  });
  const concerned: Affected[] = [];
  const untouched: Untouched[] = [];
  const at = options.clock.now();
  const leavesAlone = comparisonIn(options, repository);
  const byName = new Map(known.map((environment) => [environment.spec.environment, environment]));
  const breathe = breather(64);
  for (const one of found) {
    await breathe();
    const environment = byName.get(one.name);
    const seen = environment && tipOf(environment, observation);
    if (environment && seen && asksNothing(environment, one) && (await leavesAlone(environment, seen.tip))) {
      untouched.push({ environment, ...seen });
      continue;
    }
    const registered = await options.claims.run(() => registerEnvironment(options, delivery, one, at));
    if (registered) concerned.push(...(await follow(options, repository, registered, observation)));
  }
  await advance(options, repository, { delivery, known: all, untouched });
  const previews = await recordPreviews(options, repository, {
    ...{ delivery, branches, defaultBranch, files },
    isAnswered: isAnswered || !observation.isRepeated,
    hasPreviews: all.length > known.length,
    pushed: observation.pushed,
  });
  return [...concerned, ...untouched.map(leftAlone), ...previews];
}

const leftAlone = ({ environment, tip }: Untouched): Affected =>
  affected(environment, 'wanted', { changed: false, revision: tip, untouched: true });

/** The tip of an environment's branch. Another push may have moved the branch meanwhile: then nothing is known of its user. */
function tipOf({ spec: { branch } }: Environment, { branches, pushed }: Observation): Tip | undefined {
  const tip = branches[branch];
  if (tip === undefined) return undefined;
  return pushed?.tips[branch] === tip ? { tip, by: pushed.user } : { tip };
}

/** Whether all that files say of an environment is in force already: there is nothing to take in, to propose or to freeze. */
function asksNothing(environment: Environment, { frozen, asked, own }: Discovered): boolean {
  const inForce = termsInForce(environment);
  const isInForce = (one: Discovered['asked']) =>
    one === undefined || differing(inForce, one.terms).length === 0;
  return frozen === undefined && isInForce(asked) && isInForce(own);
}

/** What an environment wants from now on, or why it is frozen; what changed for it, if anything. */
async function follow(
  options: WantedOptions,
  repository: Repository,
  { environment, frozen }: Registered,
  observation: Observation,
): Promise<readonly Affected[]> {
  if (frozen) return [await recordFrozen(options, environment, frozen)];
  const seen = tipOf(environment, observation);
  return seen === undefined ? [] : [await observeTip(options, repository, environment, seen.tip, seen.by)];
}

async function ensureDelivery(
  options: WantedOptions,
  repository: Repository,
  name: string,
  { branches, defaultBranch, source }: Observation,
): Promise<Delivery | undefined> {
  const existing = await options.home
    .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name })
    .catch(notFoundAsUndefined);
  if (existing || source !== 'push') return existing;
  const tip = defaultBranch === undefined ? undefined : branches[defaultBranch];
  if (tip === undefined || !isDeliverable(await repository.tree(tip))) {
    options.progress.publish({
      at: options.clock.now(),
      delivery: name,
      stage: 'held',
      message: `branch ${defaultBranch ?? '(none)'} holds nothing to deliver: no pilotage.yaml, no chart, no manifests, no compose file (pilotage init writes a start)`,
    });
    return undefined;
  }
  return options.home.create<Delivery>(
    DELIVERIES,
    {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: { name, namespace: PILOTAGE_NAMESPACE, labels: { [LABELS.delivery]: name } },
      spec: { repository: { type: 'hosted' } },
    },
    { namespace: PILOTAGE_NAMESPACE, fieldManager: 'pilotage-sync' },
  );
}

async function recordTips(
  home: KubeClient,
  delivery: Delivery,
  branches: Readonly<Record<string, string>>,
  defaultBranch: string | undefined,
  message: string,
): Promise<void> {
  // A merge patch keeps the members that it does not name: a branch that is gone is named as null.
  const gone = Object.keys(delivery.status?.branches ?? {}).filter((branch) => !(branch in branches));
  await home.patch(
    DELIVERIES,
    { namespace: PILOTAGE_NAMESPACE, name: delivery.metadata.name ?? '' },
    {
      type: 'merge',
      body: {
        status: {
          ...(defaultBranch === undefined ? {} : { defaultBranch }),
          branches: { ...branches, ...Object.fromEntries(gone.map((branch) => [branch, null])) },
          message,
        },
      },
    },
    { subresource: 'status', fieldManager: 'pilotage-sync' },
  );
}

async function readFiles(
  repository: Repository,
  branches: Readonly<Record<string, string>>,
  defaultBranch: string | undefined,
  known: readonly Environment[],
): Promise<ReadonlyMap<string, FileAt>> {
  const files = new Map<string, FileAt>();
  const read = async (branch: string) => {
    const tip = branches[branch];
    if (tip === undefined || files.has(branch)) return;
    files.set(branch, await fileAt(repository, tip));
  };
  if (defaultBranch !== undefined) await read(defaultBranch);
  const first = defaultBranch === undefined ? undefined : files.get(defaultBranch);
  for (const branch of decidingBranches(defaultBranch, first, known.map(knownOf))) await read(branch);
  return files;
}

const knownOf = ({ spec, metadata, status }: Environment): KnownEnvironment => ({
  name: spec.environment,
  branch: spec.branch,
  ...(status?.promotionPolicy ? { from: status.promotionPolicy.from } : {}),
  deployed: status?.deployedRevision !== undefined,
  origin: metadata.annotations?.[ORIGIN] === 'file' ? 'file' : 'convention',
});
