import { rfc3339 } from '../../../base/clock.ts';
import { breather } from '../../../base/mutex.ts';
import type { Repository } from '../../../git/types.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import { ANNOTATIONS, LABELS } from '../../../model/annotations.ts';
import type { FileAt } from '../../../model/environments.ts';
import { environmentObjectName } from '../../../model/names.ts';
import { isMeantBy } from '../../../model/previews.ts';
import {
  DELIVERIES,
  type Delivery,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  type PreviewTerms,
  TEARDOWN_FINALIZER,
} from '../../../model/types.ts';
import { claimOf } from '../../state/environments.ts';
import { requestTeardown } from '../../state/requestteardown.ts';
import type { RegisterOptions } from '../register.ts';
import { type Affected, observeTip, publish } from '../wanted.ts';
import { decidePreviews, type Making, type PreviewDecision, type PreviewFacts } from './decide.ts';
import { policyInForce } from './policy.ts';
import { endLine, ignoredLine, queueLines } from './said.ts';

/** So many there may be where no administrator has said. */
export const DEFAULT_MOST = 10;
/** A remote is asked every 15 seconds unless it is said otherwise; a branch has to be missing for three looks. */
const POLL_SECONDS = 15;
const LOOKS_TO_CONFIRM = 3;

export interface SeenBranches {
  readonly delivery: Delivery;
  readonly branches: Readonly<Record<string, string>>;
  readonly defaultBranch: string | undefined;
  readonly files: ReadonlyMap<string, FileAt>;
  /** The last question to the remote was answered. */
  readonly isAnswered: boolean;
  /** Whether there were some when the look began. */
  readonly hasPreviews: boolean;
  readonly pushed?:
    | { readonly user: string; readonly tips: Readonly<Record<string, string | null>> }
    | undefined;
}

/**
 * Makes, keeps and ends the previews of a delivery, as its branches are now. The record of what waits and what has ended is written first,
 * so that whatever is interrupted is taken up by the next look.
 */
export async function recordPreviews(
  options: RegisterOptions,
  repository: Repository,
  seen: SeenBranches,
): Promise<readonly Affected[]> {
  const facts = await factsOf(options, repository, seen);
  if (facts === undefined) return [];
  const decision = decidePreviews(facts);
  await recordDecision(options, seen.delivery, decision);
  for (const { environment, reason } of decision.end) {
    publish(options, environment, 'received', endLine(environment, reason));
    await requestTeardown(options, environment, 'prune');
  }
  const affected: Affected[] = [];
  const { pushed } = seen;
  const by = (branch: string, tip: string) => (pushed?.tips[branch] === tip ? pushed.user : undefined);
  for (const { environment, revision, preview } of decision.keep) {
    const kept = await changePreview(options, environment, preview);
    if (revision !== undefined)
      affected.push(await observeTip(options, repository, kept, revision, by(kept.spec.branch, revision)));
  }
  for (const making of decision.make) {
    const made = await options.claims.run(() => make(options, seen.delivery, making));
    const said = await ignoredLine(repository, making, seen);
    if (said) publish(options, made, 'received', said);
    const { branch, revision } = making;
    affected.push(await observeTip(options, repository, made, revision, by(branch, revision)));
  }
  for (const message of queueLines(facts, decision, Object.keys(pushed?.tips ?? {})))
    options.progress.publish({ at: facts.now, delivery: facts.delivery, stage: 'held', message });
  return affected;
}

/** Undefined: the delivery has no previews and asks for none. */
async function factsOf(
  options: RegisterOptions,
  repository: Repository,
  { delivery, branches, defaultBranch = '', files, isAnswered, hasPreviews }: SeenBranches,
): Promise<PreviewFacts | undefined> {
  const name = delivery.metadata.name ?? '';
  const file = files.get(defaultBranch);
  const record = delivery.status?.previews;
  // Most deliveries have none: nothing is asked for them.
  if (!hasPreviews && record === undefined && !(file?.ok && file.value.previews)) return undefined;
  const all = (await options.environments.read()).filter(({ spec }) => spec.delivery === name);
  const previews = all.filter(({ spec }) => spec.preview !== undefined);
  const others = all.filter(({ spec }) => spec.preview === undefined);
  const policy = await policyInForce(repository, file, defaultBranch, others);
  if (policy === undefined && previews.length === 0 && record === undefined) return undefined;
  const from = policy === 'unknown' ? undefined : policy?.from;
  const base = others.find(({ spec }) => spec.environment === from)?.spec;
  const { repository: source } = delivery.spec;
  const seconds = source.type === 'remote' ? (source.pollSeconds ?? POLL_SECONDS) : 0;
  const patterns = policy === 'unknown' ? [] : (policy?.branches ?? []);
  const open = delivery.status?.openPullRequests?.branches;
  const requested = policy !== 'unknown' && policy?.pullRequests && open ? new Set(open) : undefined;
  const meant = Object.entries(branches).filter(
    ([branch]) =>
      previews.some(({ spec }) => spec.branch === branch) ||
      requested?.has(branch) ||
      isMeantBy(patterns, branch),
  );
  const roots = [base?.branch, defaultBranch].flatMap((branch) => branches[branch ?? ''] ?? []);
  return {
    delivery: name,
    now: options.clock.now(),
    policy,
    most: delivery.spec.previews ?? DEFAULT_MOST,
    branches,
    isListed: isAnswered && branches[defaultBranch] !== undefined,
    confirmMs: seconds * LOOKS_TO_CONFIRM * 1000,
    previews,
    others: [
      ...others.map(({ spec }) => ({ name: spec.environment, branch: spec.branch })),
      { name: '', branch: defaultBranch },
    ],
    place: base && { path: base.path, ...(base.cluster ? { cluster: base.cluster } : {}) },
    merged: await mergedAmong(repository, meant, roots),
    ...(requested ? { requested } : {}),
    record,
  };
}

async function mergedAmong(
  repository: Repository,
  meant: readonly (readonly [string, string])[],
  roots: readonly string[],
): Promise<ReadonlySet<string>> {
  const known = new Map<string, boolean>();
  // Somebody may push hundreds of branches at once, and each question walks through history.
  const breathe = breather(1);
  for (const [, tip] of meant) {
    for (const root of new Set(roots)) {
      if (known.get(tip) || known.has(`${tip} ${root}`)) continue;
      await breathe();
      // What cannot be told is not merged: nothing is ended for it.
      const isThere = await repository.isAncestor(tip, root).catch(() => false);
      known.set(`${tip} ${root}`, isThere);
      if (isThere) known.set(tip, true);
    }
  }
  return new Set(meant.flatMap(([branch, tip]) => (known.get(tip) ? [branch] : [])));
}

async function recordDecision(
  { home }: Pick<RegisterOptions, 'home'>,
  { metadata, status }: Delivery,
  { record }: PreviewDecision,
): Promise<void> {
  if (deepEqual(status?.previews ?? null, record)) return;
  const previews: JsonObject = {
    queue: record.queue.map((one) => ({ ...one })),
    ended: record.ended.map((one) => ({ ...one })),
    message: record.message ?? null,
    max: record.max ?? null,
    pullRequests: record.pullRequests ?? null,
  };
  await home.patch(
    DELIVERIES,
    { namespace: PILOTAGE_NAMESPACE, name: metadata.name ?? '' },
    { type: 'merge', body: { status: { previews } } },
    { subresource: 'status', fieldManager: 'pilotage-sync' },
  );
}

/** Writes the terms of a preview where they differ; a member that they lack is taken away. */
export async function changePreview(
  { home }: Pick<RegisterOptions, 'home'>,
  environment: Environment,
  preview: PreviewTerms,
): Promise<Environment> {
  const before = environment.spec.preview ?? {};
  if (deepEqual(before, preview)) return environment;
  const gone = Object.keys(before).filter((key) => !(key in preview));
  const body = {
    spec: { preview: { ...preview, ...Object.fromEntries(gone.map((key) => [key, null])) } },
  } as unknown as JsonObject;
  return home.patch<Environment>(
    ENVIRONMENTS,
    { namespace: PILOTAGE_NAMESPACE, name: environment.metadata.name ?? '' },
    { type: 'merge', body },
    { fieldManager: 'pilotage-sync' },
  );
}

/** From its first moment it is held until its namespace is gone, whoever deletes it. The caller holds the claims. */
function make(
  { home, clock, environments }: RegisterOptions,
  delivery: Delivery,
  { branch, name, namespace, path, cluster, preview }: Making,
): Promise<Environment> {
  const owner = delivery.metadata.name ?? '';
  const place = { namespace, ...(cluster ? { cluster } : {}) };
  const isFree = environments.claimant(place) === undefined;
  return home.create<Environment>(
    ENVIRONMENTS,
    {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Environment',
      metadata: {
        name: environmentObjectName(owner, name),
        namespace: PILOTAGE_NAMESPACE,
        labels: { [LABELS.delivery]: owner, [LABELS.environment]: name },
        annotations: {
          [ANNOTATIONS.branchSince]: rfc3339(clock.now()),
          ...(isFree ? { [ANNOTATIONS.claim]: claimOf(place) } : {}),
        },
        finalizers: [TEARDOWN_FINALIZER],
      },
      spec: { delivery: owner, environment: name, branch, path, ...place, onDelete: 'prune', preview },
    },
    { namespace: PILOTAGE_NAMESPACE, fieldManager: 'pilotage-sync' },
  );
}
