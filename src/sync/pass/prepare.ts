import { failed, ok, type Problem, problemOf, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import { isBuiltinServer } from '../../kube/client/builtinserver.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { PruneMode } from '../../model/deliveryfile.ts';
import { fullName } from '../../model/names.ts';
import type { AppRun, Environment, PreviewTerms } from '../../model/types.ts';
import type { Lookup } from '../../render/recorded.ts';
import type { LookedUp } from '../cluster/lookup.ts';
import { claimProblem } from '../cluster/namespaceclaim.ts';
import { servedVersions } from '../cluster/servedversions.ts';
import { releaseOf } from '../history/releases.ts';
import { situationOf } from '../intake/govern.ts';
import { placeProblem } from '../intake/terms.ts';
import { asleep } from '../plan/asleep.ts';
import { desiredOf } from '../plan/desired.ts';
import type { Fence } from '../plan/fence.ts';
import { isHook } from '../plan/hooks/due.ts';
import { emptyRender } from '../plan/prune.ts';
import { refKey } from '../plan/refkey.ts';
import type { Bundle, Desired } from '../plan/types.ts';
import { idle, isIdle } from '../plan/unserved.ts';
import { withCharts } from '../source/charts.ts';
import { fileOf } from '../source/deliveryfile.ts';
import { sameInputs } from '../source/inputs.ts';
import { appsFor } from '../source/preview/apps.ts';
import { type Sourced, type SourceRequest, sourceOf, treeAt } from '../source/source.ts';
import type { Memory } from '../state/memory.ts';
import { afterAttempt, waitingFailure } from '../state/pacing.ts';
import { deliveryMissing, fenceOf, lookerFor } from './fencenow.ts';
import { type Hooks, hooksNow } from './hooksnow.ts';
import type { PassParts } from './parts.ts';
import { type Planned, planTowards } from './planning.ts';
import { recordedRender } from './recordedrender.ts';
import { deletionHooks, placementOf, previousOf } from './released.ts';

/** Everything known before the first write. */
export interface Prepared extends Planned {
  readonly sourced: Sourced;
  /** Without hooks. */
  readonly desired: readonly Desired[];
  readonly hooks: Hooks;
  readonly fence: Fence;
}

export interface PrepareRequest {
  readonly environment: Environment;
  readonly target: string;
  readonly memory: Memory;
  /** Whether this is the sync itself, which keeps what templates make, and not a plan on request. */
  readonly keeps: boolean;
  /** Instead of the commit's tree: a working copy, for `diff`. */
  readonly tree?: FileTree;
  /** False: templates are told of no object of the cluster. Default: they are. */
  readonly looksUp?: boolean;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Commit → objects → plan. Reads git and the cluster, writes nothing. */
export async function prepare(
  options: PassParts,
  client: KubeClient,
  request: PrepareRequest,
): Promise<Result<Prepared>> {
  const { environment, memory, signal } = request;
  const found = await sourcedOf(options, client, request);
  if (!found.ok) return found;
  const sleeps = environment.spec.preview?.asleep !== undefined;
  const sourced: Sourced = sleeps ? { ...found.value, bundle: asleep(found.value.bundle) } : found.value;
  const situation = await situationOf(options, environment);
  if (situation === undefined) return failed(deliveryMissing(environment));
  const place = placeProblem(situation, environment.spec);
  if (place) return failed(place);
  const fence = fenceOf(situation, environment, sourced.foreignNamespaces);
  const placement = { ...placementOf(options, environment), fence };
  const desired = await desiredOf(sourced.bundle, placement, (gvk) => client.resourceFor(gvk));
  if (!desired.ok) return desired;
  const all = desired.value;
  const [undone, ...others] = await idleProblems(client, all);
  if (undone) return failed(undone, ...others);
  const namespaces = [...new Set([fence.namespace, ...all.flatMap(({ ref }) => ref.namespace ?? [])])];
  for (const namespace of namespaces) {
    const allowed = fence.namespaces.includes(namespace);
    const problem = await claimProblem(client, { owner: placement.owner, namespace, allowed, signal });
    if (problem) return failed(environment.spec.preview ? notOfPreview(problem) : problem);
  }
  const previous = await previousOf(options, client, environment, memory);
  const hooksOfGone = ({ release, app }: AppRun) =>
    deletionHooks(options, client, environment, { release, app, hadHooks: true });
  const marked = all.filter(isHook);
  const hooks = await hooksNow(
    options,
    client,
    request,
    sourced.bundle,
    marked,
    hooksOfGone,
    appsTakenOver(environment, all),
  );
  const plain = all.filter((one) => !isHook(one));
  const wanted = {
    desired: plain,
    hooks,
    namespaces,
    previous,
    environments: options.environments,
    pruneModes: pruneModesOf(sourced.bundle),
    confirmed: confirmedOf(environment, request.target),
    confirmedPrune: environment.spec.confirmPrune === request.target,
    confirmedRecreate: environment.spec.confirmRecreate === request.target,
  };
  const served = await client.resources();
  const planning = { client, owner: placement.owner, served, agreements: memory.agreements, signal };
  const planned = await planTowards(wanted, environment, planning);
  return ok({ ...planned, sourced, desired: plain, hooks, fence });
}

/** Who may see a plan, and nothing of the cluster, gets none of it through templates of their own. */
const tellNothing = async ({ kind, name }: Lookup): Promise<LookedUp> => ({
  answer: { object: {} },
  refusal: {
    reason: 'LookupRefused',
    message: `templates look up ${kind} ${name}, and are told of nothing in a plan of another revision without the right to push there`,
  },
});

/** No word opens a namespace to a preview that was not made for it. */
const notOfPreview = (problem: Problem): Problem => ({
  ...problem,
  remedy:
    'A preview takes over nothing that is there: delete that namespace, or give the branch another name.',
});
const pruneModesOf = ({ apps }: Bundle): ReadonlyMap<string, PruneMode> =>
  new Map(apps.flatMap(({ name, prune }) => (prune ? [[name, prune] as const] : [])));

/** Apps of which an object was taken over from another tool. */
function appsTakenOver({ spec }: Environment, desired: readonly Desired[]): ReadonlySet<string> {
  const taken = new Set(spec.adopt?.flatMap((one) => (one.from ? refKey(one) : [])));
  return new Set(desired.filter(({ ref }) => taken.has(refKey(ref))).map(({ app }) => app));
}

/** A word is for the revision that it was given of. */
const confirmedOf = ({ spec: { confirmed } }: Environment, target: string): ReadonlySet<string> =>
  new Set(confirmed?.revision === target ? confirmed.objects : []);

/** Of objects that the built-in orchestrator would store and leave at that. */
async function idleProblems(client: KubeClient, desired: readonly Desired[]): Promise<readonly Problem[]> {
  const undone = desired.filter(({ ref }) => isIdle(ref));
  if (undone.length === 0 || !(await isBuiltinServer(client))) return [];
  return undone.map(({ ref, origin }) => idle(ref, origin));
}

/** The rendering of the target: remembered, from its Release (a rollback needs no git), or made now. */
async function sourcedOf(
  options: PassParts,
  client: KubeClient,
  request: PrepareRequest,
): Promise<Result<Sourced>> {
  const { environment, target, memory, tree } = request;
  if (tree) return renderNow(options, client, request, ok(tree));
  const { path, namespace, pin, preview } = environment.spec;
  const place = JSON.stringify([path, namespace, pin?.revision ?? null, preview ? ruledBy(preview) : null]);
  const key = `${target} ${place}`;
  const known = memory.source;
  const { clock } = options;
  const fresh = known?.result.ok || waitingFailure(memory.pacing, 'source', key, clock.monotonic());
  if (known?.key === key && fresh) return known.result;
  const result =
    (pin && (await stored(options, environment))) ||
    (known?.place === place && (await unchanged(options, environment, known, target))) ||
    (await renderCommit(options, client, request));
  const problems = result.ok ? [] : result.problems;
  memory.source = { key, revision: target, place, result };
  memory.pacing = afterAttempt(memory.pacing, 'source', { key, problems }, clock.monotonic());
  return result;
}

/** What of the terms of a preview changes what it renders to. */
const ruledBy = ({ base, host, values, secrets }: PreviewTerms) => [base, host ?? '', values ?? '', secrets];

/** What was rendered of another commit, where this one holds the same for the environment. */
async function unchanged(
  options: PassParts,
  { spec }: Environment,
  { revision, result }: NonNullable<Memory['source']>,
  target: string,
): Promise<Result<Sourced> | undefined> {
  const repository = result.ok ? await options.repository(spec.delivery) : undefined;
  if (repository === undefined) return undefined;
  const request = { ...spec, buildsImages: spec.cluster === undefined };
  const trees = await Promise.all([repository.tree(revision), repository.tree(target)]).catch(
    () => undefined,
  );
  return trees && sameInputs(request, ...trees) ? result : undefined;
}

async function renderCommit(options: PassParts, client: KubeClient, request: PrepareRequest) {
  const { delivery } = request.environment.spec;
  const repository = await options.repository(delivery);
  return renderNow(options, client, request, await treeAt(repository, delivery, request.target));
}

/** The objects of a tree, by what the cluster and the record say of them now. Writes nothing where it does not keep. */
export async function renderNow(
  options: PassParts,
  client: KubeClient,
  { environment, target, keeps, looksUp, report, signal }: Omit<PrepareRequest, 'memory' | 'tree'>,
  tree: Result<FileTree>,
): Promise<Result<Sourced>> {
  if (!tree.ok) return tree;
  const { delivery, environment: name, path, namespace, cluster, preview } = environment.spec;
  const [served, kubeVersion] = await Promise.all([client.resources(), client.version()]);
  const source = {
    tree: tree.value,
    delivery,
    environment: name,
    path,
    namespace,
    revision: target,
    capabilities: { kubeVersion, apiVersions: servedVersions(served) },
    buildsImages: cluster === undefined,
    isElsewhere: cluster !== undefined || options.isHomeElsewhere === true,
    preview,
  };
  const render = recordedRender({
    ...{ render: options.render, home: options.home, keeps, now: () => new Date(options.clock.now()) },
    lookUp: looksUp === false ? tellNothing : lookerFor(options, client, environment, signal),
    requestedAt: environment.spec.syncRequestedAt,
  });
  const based = await withFetched(options, source, signal);
  if (!based.ok) return based;
  const result = await sourceOf(
    { ...source, tree: based.value },
    render,
    options.buildImages,
    report,
    signal,
  );
  signal.throwIfAborted();
  return result.ok && result.value.bundle.manifests.length === 0
    ? failed(nothingRendered(environment))
    : result;
}

/** The tree, with the charts that its apps name and the repositories that its kustomizations use. */
async function withFetched(
  { fetchBases, fetchChart }: PassParts,
  request: SourceRequest,
  signal: AbortSignal,
): Promise<Result<FileTree>> {
  const { tree, delivery } = request;
  const file = fileOf(tree);
  if (!file.ok) return ok(tree);
  const apps = appsFor(file.value, tree, request);
  const folders = apps.flatMap(({ source }) => (source.type === 'folder' ? [source.path] : []));
  const charted = fetchChart ? await withCharts(fetchChart, delivery, tree, apps, signal) : ok(tree);
  if (!charted.ok || !fetchBases) return charted;
  return fetchBases(delivery, charted.value, folders, signal);
}

/** Before anything is planned: it also holds where nothing has been delivered yet. */
const nothingRendered = (environment: Environment): Problem => ({
  ...emptyRender(fullName(environment), environment.status?.inventory?.length ?? 0),
  ...(environment.spec.path ? { place: { file: environment.spec.path } } : {}),
});

/** What a pinned revision was when it was released. */
async function stored(options: PassParts, environment: Environment): Promise<Result<Sourced> | undefined> {
  const { delivery, environment: name, pin } = environment.spec;
  const releases = options.releases.of({ delivery, environment: name });
  const release = pin && releaseOf(releases, pin.revision);
  if (!release) return undefined;
  try {
    const bundle = await options.bundles.read(release);
    return ok({
      bundle,
      images: release.spec.images ?? {},
      // What was applied once had passed the check.
      foreignNamespaces: 'allow',
      drift: 'heal',
      warnings: [],
    });
  } catch (error) {
    return failed({ ...problemOf(error), reason: 'ReleaseCorrupt' });
  }
}
