import { formatProblem, type Problem, type Result } from '../base/errors.ts';
import type { DeliveryFile, EnvironmentEntry } from './deliveryfile.ts';
import { PILOTAGE_FILE } from './pilotagefile.ts';
import { termsOf } from './terms.ts';
import type { PromotionPolicy, Terms } from './types.ts';

/** What one branch's tip holds at `pilotage.yaml`; undefined: no such file. */
export type FileAt = Result<DeliveryFile> | undefined;

export interface DiscoverInput {
  readonly delivery: string;
  readonly defaultBranch: string | undefined;
  /** Every branch that exists. */
  readonly branches: ReadonlySet<string>;
  /** The file of each branch that was asked for. */
  readonly fileAt: (branch: string) => FileAt;
  /** Environments that exist already: they keep their terms, and what vanished freezes. */
  readonly known: readonly KnownEnvironment[];
}

export interface KnownEnvironment {
  readonly name: string;
  /** In force. */
  readonly branch: string;
  /** In force: the environment that it is promoted from. */
  readonly from?: string;
  /** Whether anything was ever deployed in it. */
  readonly deployed?: boolean;
  readonly origin: Origin;
}

/** Whether an environment stands in a file, or follows from the names of branches. */
export type Origin = 'file' | 'convention';

export interface Frozen {
  readonly reason: 'BranchMissing' | 'FileMissing' | 'FileInvalid' | 'EntryMissing';
  readonly message: string;
}

/** One environment of a delivery: new, with the terms that it begins with, or known, with what files ask for now. */
export interface Discovered {
  readonly name: string;
  readonly known: boolean;
  /** Nothing of it is touched. */
  readonly frozen?: Frozen;
  /** What the default branch asks for; absent where it says nothing. */
  readonly asked?: Asked;
  /** What the environment's own branch asks for, where that is another one. */
  readonly own?: Asked;
}

export interface Asked {
  /** The branch that says so. */
  readonly by: string;
  readonly origin: Origin;
  readonly terms: Terms;
}

/** Stages of the convention, in order of promotion. */
const STAGES = ['dev', 'preprod', 'prod'] as const;

/**
 * The environments of a delivery. The default branch makes them, and proposes changes of those that there are: an environment
 * lives by the terms that it has and by its own branch, so a person who may push to one branch only cannot change or stop another's.
 */
export function discover(input: DiscoverInput): readonly Discovered[] {
  const { defaultBranch = '', known } = input;
  const file = input.fileAt(defaultBranch);
  const asked = askedBy(input, file);
  const knownNames = new Set(known.map(({ name }) => name));
  const created = [...asked.values()]
    .filter(({ name }) => !knownNames.has(name))
    .map(({ name, ...one }) => {
      const frozen = standing(
        input,
        { name, origin: one.origin, branch: one.terms.branch, ...fromOf(one) },
        one,
      );
      return { name, known: false, asked: one, ...(frozen ? { frozen } : {}) };
    });
  return [...created, ...known.map((environment) => judge(input, environment, asked.get(environment.name)))];
}

const fromOf = ({ terms }: Asked): { from?: string } =>
  terms.promotion ? { from: terms.promotion.from } : {};

/** Branches that decide: read the file of each before calling `discover`. */
export function decidingBranches(
  defaultBranch: string | undefined,
  file: FileAt,
  known: readonly KnownEnvironment[],
): readonly string[] {
  const named = file?.ok ? file.value.environments.map(({ branch }) => branch) : [];
  return [...new Set([defaultBranch ?? [], named, known.map(({ branch }) => branch), STAGES].flat())];
}

/** What the default branch says of each environment, in its order. */
function askedBy(input: DiscoverInput, file: FileAt): ReadonlyMap<string, Asked & { readonly name: string }> {
  if (file && !file.ok) return new Map();
  const inFile = file !== undefined && file.value.environments.length > 0;
  const entries = inFile ? file.value.environments : conventional(input);
  const origin: Origin = inFile ? 'file' : 'convention';
  const by = input.defaultBranch ?? '';
  return new Map(
    entries.map((entry) => [
      entry.name,
      { name: entry.name, by, origin, terms: termsOf(input.delivery, entry) },
    ]),
  );
}

function judge(input: DiscoverInput, known: KnownEnvironment, asked: Asked | undefined): Discovered {
  const own = ownOf(input, known);
  const frozen = standing(input, known, asked, own);
  return {
    name: known.name,
    known: true,
    ...(frozen ? { frozen } : {}),
    ...(asked ? { asked } : {}),
    ...(own ? { own } : {}),
  };
}

/** What the file of its own branch says of an environment, where that is not the default branch. */
function ownOf(input: DiscoverInput, { name, branch }: KnownEnvironment): Asked | undefined {
  if (branch === input.defaultBranch) return undefined;
  const file = input.fileAt(branch);
  const entry = file?.ok ? file.value.environments.find((candidate) => candidate.name === name) : undefined;
  return entry && { by: branch, origin: 'file', terms: termsOf(input.delivery, entry) };
}

/** Why an environment is frozen, if it is: its branch, or what its branch says of it, is missing. */
function standing(
  input: DiscoverInput,
  known: KnownEnvironment,
  asked: Asked | undefined,
  own?: Asked,
): Frozen | undefined {
  const { name, branch, origin } = known;
  if (!input.branches.has(branch)) return freeze('BranchMissing', withoutBranch(known));
  const file = input.fileAt(branch);
  if (file && !file.ok) return freeze('FileInvalid', unreadable(branch, file.problems));
  if (file === undefined && origin === 'file') return freeze('FileMissing', withoutFile(input, branch));
  if (asked || own) return undefined;
  const first = input.fileAt(input.defaultBranch ?? '');
  if (first && !first.ok) {
    return freeze('FileInvalid', unreadable(input.defaultBranch ?? '', first.problems));
  }
  return freeze(
    'EntryMissing',
    `${PILOTAGE_FILE} of branch ${input.defaultBranch ?? '?'} does not define ${name} any more; what is deployed stays. Bring it back, or let go of it: pilotage delete ${input.delivery}/${name} --orphan`,
  );
}

function withoutBranch({ branch, deployed = false, from }: KnownEnvironment): string {
  if (deployed) {
    const back = from === undefined ? '' : `, or promote from ${from}: that brings it back from where it was`;
    return `branch ${branch} does not exist any more; what is deployed stays. Push it again${back}`;
  }
  return from === undefined
    ? `branch ${branch} does not exist yet; push it`
    : `branch ${branch} does not exist yet: the first promotion from ${from} creates it`;
}

const withoutFile = ({ defaultBranch }: DiscoverInput, branch: string): string =>
  branch === defaultBranch
    ? `branch ${branch} has no ${PILOTAGE_FILE} any more; bring it back`
    : `branch ${branch} has no ${PILOTAGE_FILE}, and this environment stands in one`;

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

const unreadable = (branch: string, problems: readonly Problem[]): string =>
  `${PILOTAGE_FILE} of branch ${branch} cannot be read: ${problems.map(formatProblem).join('; ')}`;

const freeze = (reason: Frozen['reason'], message: string): Frozen => ({ reason, message });

/** The repository cannot choose its cluster by itself: a person allows it. */
export const clusterNotAllowed = (delivery: string, cluster: string): Problem => ({
  reason: 'ClusterNotAllowed',
  message: `cluster ${cluster} is not one that delivery ${delivery} may use`,
  remedy: `If it may: pilotage connect ${delivery} --allow-cluster ${cluster}`,
});
