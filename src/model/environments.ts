import { formatProblem, type Problem, type Result } from '../base/errors.ts';
import type { DeliveryFile, EnvironmentEntry } from './deliveryfile.ts';
import { PILOTAGE_FILE } from './pilotagefile.ts';
import type { PromotionPolicy } from './types.ts';

/** What one branch's tip holds at `pilotage.yaml`; undefined: no such file. */
export type FileAt = Result<DeliveryFile> | undefined;

export interface DiscoverInput {
  readonly delivery: string;
  readonly defaultBranch: string | undefined;
  /** Every branch that exists. */
  readonly branches: ReadonlySet<string>;
  /** The file of each branch that was asked for; asked again when an environment names a further one. */
  readonly fileAt: (branch: string) => FileAt;
  /** Environments that exist already, so that what vanished freezes. */
  readonly known: readonly KnownEnvironment[];
  /** Kubeconfig contexts that the Delivery allows. */
  readonly clusters: readonly string[];
}

export interface KnownEnvironment {
  readonly name: string;
  readonly branch: string;
  /** Whether anything was ever deployed in it. */
  readonly deployed?: boolean;
  readonly origin: Origin;
}

/** Whether an environment stands in a file, or follows from the names of branches. */
export type Origin = 'file' | 'convention';

const FROZEN_REASONS = [
  'BranchMissing',
  'FileMissing',
  'FileInvalid',
  'EntryMissing',
  'ClusterNotAllowed',
] as const;
export interface Frozen {
  readonly reason: (typeof FROZEN_REASONS)[number];
  readonly message: string;
}

export type Discovered =
  | {
      readonly state: 'live';
      readonly name: string;
      readonly spec: DiscoveredSpec;
      readonly policy?: PromotionPolicy;
    }
  /** Nothing of it is touched, `spec` included when it is known. */
  | {
      readonly state: 'frozen';
      readonly name: string;
      readonly frozen: Frozen;
      readonly spec?: DiscoveredSpec;
      readonly policy?: PromotionPolicy;
    };

/** What a file decides about an environment. */
export interface DiscoveredSpec {
  readonly branch: string;
  readonly path: string;
  readonly namespace: string;
  readonly cluster?: string;
  readonly origin: Origin;
}

/** Stages of the convention, in order of promotion. */
const STAGES = ['dev', 'preprod', 'prod'] as const;

/**
 * The environments of a delivery. They are discovered from the default branch; one whose own branch holds a file that
 * defines it is governed by that copy, so a weaker gate must pass the gates that are there. What vanished is frozen.
 */
export function discover(input: DiscoverInput): readonly Discovered[] {
  const { defaultBranch, known } = input;
  const file = defaultBranch === undefined ? undefined : input.fileAt(defaultBranch);
  if (file && !file.ok) {
    return known.map(({ name }) =>
      freeze(name, 'FileInvalid', unreadable(defaultBranch ?? '', file.problems)),
    );
  }
  const fromFile = file !== undefined && file.value.environments.length > 0;
  const entries = fromFile ? file.value.environments : conventional(input);
  const origin: Origin = fromFile ? 'file' : 'convention';
  const found = entries.map((entry) => judge(input, entry, origin));
  const names = new Set(found.map(({ name }) => name));
  const vanished = known.filter(({ name }) => !names.has(name)).map((env) => missing(input, env, file));
  return [...replaced(input, found, file), ...vanished];
}

/** Branches that decide: read the file of each before calling `discover`. */
export function decidingBranches(
  defaultBranch: string | undefined,
  file: FileAt,
  known: readonly KnownEnvironment[],
): readonly string[] {
  const named = file?.ok ? file.value.environments.map(({ branch }) => branch) : [];
  return [...new Set([defaultBranch ?? [], named, known.map(({ branch }) => branch), STAGES].flat())];
}

function judge(input: DiscoverInput, entry: EnvironmentEntry, origin: Origin): Discovered {
  const { name, branch } = entry;
  if (!input.branches.has(branch)) {
    const message = withoutBranch(branch, wasDeployed(input, name), entry.promotion?.from);
    return withSpec(input, freeze(name, 'BranchMissing', message), entry, origin);
  }
  if (branch === input.defaultBranch || origin === 'convention') return alive(input, entry, origin);
  const own = input.fileAt(branch);
  if (own === undefined) {
    const message = `branch ${branch} has no ${PILOTAGE_FILE}, and the default branch has one`;
    return withSpec(input, freeze(name, 'FileMissing', message), entry, origin);
  }
  if (!own.ok)
    return withSpec(input, freeze(name, 'FileInvalid', unreadable(branch, own.problems)), entry, origin);
  const copy = own.value.environments.find((e) => e.name === name && e.branch === branch);
  return alive(input, copy ?? entry, origin);
}

function alive(input: DiscoverInput, entry: EnvironmentEntry, origin: Origin): Discovered {
  if (entry.cluster !== undefined && !input.clusters.includes(entry.cluster)) {
    const problem = clusterNotAllowed(input.delivery, entry.cluster);
    return withSpec(input, freeze(entry.name, 'ClusterNotAllowed', formatProblem(problem)), entry, origin);
  }
  return { state: 'live', name: entry.name, spec: specOf(input, entry, origin), ...policyOf(entry) };
}

/** The repository cannot choose its cluster by itself: a person allows it. */
export const clusterNotAllowed = (delivery: string, cluster: string): Problem => ({
  reason: 'ClusterNotAllowed',
  message: `cluster ${cluster} is not one that delivery ${delivery} may use`,
  remedy: `If it may: pilotage connect ${delivery} --allow-cluster ${cluster}`,
});

const withSpec = (
  input: DiscoverInput,
  frozen: Discovered,
  entry: EnvironmentEntry,
  origin: Origin,
): Discovered => ({ ...frozen, spec: specOf(input, entry, origin), ...policyOf(entry) });

const policyOf = ({ promotion }: EnvironmentEntry): { policy?: PromotionPolicy } =>
  promotion ? { policy: promotion } : {};

function specOf({ delivery }: DiscoverInput, entry: EnvironmentEntry, origin: Origin): DiscoveredSpec {
  return {
    branch: entry.branch,
    path: entry.path,
    namespace: entry.namespace ?? `${delivery}-${entry.name}`,
    ...(entry.cluster ? { cluster: entry.cluster } : {}),
    origin,
  };
}

/** An environment that stood in a file must not quietly go on by convention when the file is gone. */
function replaced(input: DiscoverInput, found: readonly Discovered[], file: FileAt): readonly Discovered[] {
  if (file !== undefined) return found;
  const wasInFile = new Set(input.known.filter((k) => k.origin === 'file').map((k) => k.name));
  return found.map((one) => (wasInFile.has(one.name) ? freeze(one.name, 'FileMissing', gone(input)) : one));
}

const wasDeployed = ({ known }: DiscoverInput, name: string): boolean =>
  known.some((environment) => environment.name === name && environment.deployed);

function withoutBranch(branch: string, deployed: boolean, from: string | undefined): string {
  if (deployed) return `branch ${branch} does not exist any more; what is deployed stays. Push it again`;
  return from === undefined
    ? `branch ${branch} does not exist yet; push it`
    : `branch ${branch} does not exist yet: the first promotion from ${from} creates it`;
}

function missing(input: DiscoverInput, known: KnownEnvironment, file: FileAt): Discovered {
  const { name, branch, origin, deployed = false } = known;
  if (origin === 'file' && file === undefined) return freeze(name, 'FileMissing', gone(input));
  if (!input.branches.has(branch)) {
    return freeze(name, 'BranchMissing', withoutBranch(branch, deployed, undefined));
  }
  return freeze(
    name,
    'EntryMissing',
    `${PILOTAGE_FILE} of branch ${input.defaultBranch ?? '?'} does not define ${name} any more; what is deployed stays. Bring it back, or let go of it: kubectl -n pilotage delete environment ${input.delivery}.${name}`,
  );
}

/**
 * Without a file: dev, preprod and prod where branches of these names exist, each promoted by hand from the one before.
 * Where no branch dev exists, dev follows the default branch, unless that is already the branch of another stage.
 */
function conventional({ branches, defaultBranch }: DiscoverInput): readonly EnvironmentEntry[] {
  const devBranch = branches.has('dev') ? 'dev' : defaultBranch;
  const stages = STAGES.flatMap((name) => {
    const branch = name === 'dev' ? devBranch : name;
    const taken = name === 'dev' && (branch === 'preprod' || branch === 'prod');
    return branch !== undefined && branches.has(branch) && !taken ? [{ name, branch }] : [];
  });
  return stages.map(({ name, branch }, i) => ({
    name,
    branch,
    path: '',
    namespaces: 'own',
    drift: 'heal',
    ...policyFrom(stages[i - 1]?.name),
    place: { file: PILOTAGE_FILE },
  }));
}

const policyFrom = (from: string | undefined): { promotion?: PromotionPolicy } =>
  from === undefined ? {} : { promotion: { from, auto: false, gates: {} } };

const gone = ({ defaultBranch }: DiscoverInput): string =>
  `branch ${defaultBranch ?? '?'} has no ${PILOTAGE_FILE} any more; bring it back`;

const unreadable = (branch: string, problems: readonly Problem[]): string =>
  `${PILOTAGE_FILE} of branch ${branch} cannot be read: ${problems.map(formatProblem).join('; ')}`;

const freeze = (name: string, reason: Frozen['reason'], message: string): Discovered => ({
  state: 'frozen',
  name,
  frozen: { reason, message },
});
