import { formatProblem, type Problem } from '../../base/errors.ts';
import { breather } from '../../base/mutex.ts';
import { backportedFrom } from '../../git/objects/trailers.ts';
import type { Commit, Oid, Repository } from '../../git/types.ts';
import { fullName } from '../../model/names.ts';
import type { Permission } from '../../model/permission.ts';
import type { Environment } from '../../model/types.ts';
import { type AllowedSigner, fingerprintOf, type Signers } from '../../signatures/allowedsigners.ts';
import { type Court, judge, type Verdict, type VerifyPgp } from '../../signatures/judge.ts';
import { signedCommit } from '../../signatures/signedcommit.ts';
import type { Verdicts } from '../../signatures/verdicts.ts';

/** What is known of the signatures of a delivery; never from its repository. */
export interface SignaturePolicy {
  /** An administrator's word for all its environments. */
  readonly required: boolean;
  /** undefined: nobody has said whose signatures count. */
  readonly signers: Signers | undefined;
  /** Of the file of signers: other keys are other verdicts. Default: no verdict is kept. */
  readonly digest?: string;
  /** Commits that an administrator vouches for, with all that they contain. */
  readonly since: readonly Oid[];
}

export interface SignatureSources {
  readonly policyOf: (delivery: string) => Promise<SignaturePolicy>;
  /** The public key of this Pilotage, as SSH writes it: what it commits is signed too. */
  readonly ownKey: () => Promise<Buffer>;
  readonly verifyPgp: VerifyPgp;
  /** Default: each commit is judged each time. */
  readonly verdicts?: Verdicts;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The same for one question about many environments: the policy of a delivery is read once. A read that fails stays so. */
export function askingOnce(sources: SignatureSources): SignatureSources {
  const known = new Map<string, Promise<SignaturePolicy>>();
  return {
    ...sources,
    policyOf(delivery) {
      const policy = known.get(delivery) ?? sources.policyOf(delivery);
      known.set(delivery, policy);
      return policy;
    },
  };
}

/** Learns what an environment does not take, each time that it is asked. */
export type TellUnsigned = (target: Environment, revision: Oid, problem: Problem) => void;

/** As which Pilotage commits. */
export const OWN_ADDRESS = 'pilotage@localhost';
/** More than that at once are not judged: a person vouches for the history before. */
const MOST_COMMITS = 5_000;
const MOST_NAMED = 3;
/** How far back a tree is looked for that a commit of ours brings again. */
const MOST_BEFORE = 1_000;

interface Judged {
  readonly commit: Commit;
  readonly verdict: Verdict;
}

interface Bench extends Court {
  /** What is known already of a commit, or what `ask` finds. */
  readonly judged: (oid: Oid, court: Court, ask: () => Promise<Verdict>) => Promise<Verdict>;
}

const verdictOn = (repository: Repository, { oid, committer }: Commit, court: Bench): Promise<Verdict> =>
  court.judged(oid, court, async () =>
    judge(signedCommit(await repository.commitBytes(oid)), committer.email, court),
  );

/** `verify: {signatures: required}`, or an administrator's word. */
const demands = ({ spec }: Environment, { required }: SignaturePolicy): boolean =>
  required || spec.verify?.signatures === 'required';

/** The same as a permission: what is not signed is held, and what is deployed stays. */
export async function permitSigned(
  sources: SignatureSources,
  repository: Repository | undefined,
  target: Environment,
  revision: Oid,
  tell?: TellUnsigned,
): Promise<Permission> {
  const problem = await refuseUnsigned(sources, repository, target, revision);
  if (!problem) return { type: 'allowed' };
  tell?.(target, revision, problem);
  return { type: 'held', message: formatProblem(problem) };
}

/**
 * Why a revision is not taken by an environment that takes signed commits only. Every commit that it would gain is judged, those behind merges
 * too: all that can be reached from the revision, and neither from what is deployed nor from what an administrator vouches for.
 */
export async function refuseUnsigned(
  sources: SignatureSources,
  repository: Repository | undefined,
  target: Environment,
  revision: Oid,
): Promise<Problem | undefined> {
  const policy = await sources.policyOf(target.spec.delivery);
  if (!demands(target, policy)) return undefined;
  if (!repository)
    return { reason: 'NotHereYet', message: `The repository of ${target.spec.delivery} is not here yet.` };
  if (!policy.signers) return noSigners(target);
  const gained = await gainedBy(repository, target, policy, revision);
  if (gained.length > MOST_COMMITS) return tooMany(target, revision);
  const own = ownSigner(await sources.ownKey());
  const court: Bench = {
    judged: (oid, asked, ask) =>
      sources.verdicts && policy.digest !== undefined
        ? sources.verdicts.known(oid, `${policy.digest} ${fingerprintOf(own.key)}`, asked, ask)
        : ask(),
    signers: { ...policy.signers, ssh: [...policy.signers.ssh, own] },
    verifyPgp: sources.verifyPgp,
    now: sources.now(),
  };
  const bad: Judged[] = [];
  const breathe = breather(16);
  for (const commit of gained) {
    const verdict = await judgeCommit(repository, commit, court, own);
    if (verdict.kind === 'bad') bad.push({ commit, verdict });
    await breathe();
  }
  return bad.length > 0 ? unsigned(target, bad) : undefined;
}

const ownSigner = (key: Buffer): AllowedSigner => ({
  principals: [OWN_ADDRESS],
  key,
  namespaces: ['git'],
  line: 0,
});

async function gainedBy(
  repository: Repository,
  { status }: Environment,
  { since }: SignaturePolicy,
  revision: Oid,
): Promise<readonly Commit[]> {
  const exclude: Oid[] = [];
  for (const oid of [status?.deployedRevision ?? '', ...since])
    if (oid !== '' && (await repository.resolve(oid)) !== undefined) exclude.push(oid);
  return repository.log(revision, { allParents: true, exclude, limit: MOST_COMMITS + 1 });
}

async function judgeCommit(
  repository: Repository,
  commit: Commit,
  court: Bench,
  own: AllowedSigner,
): Promise<Verdict> {
  const verdict = await verdictOn(repository, commit, court);
  if (verdict.kind === 'bad' || commit.committer.email !== OWN_ADDRESS) return verdict;
  // Somebody else was let sign in the name of Pilotage: an administrator's word.
  const signed = signedCommit(await repository.commitBytes(commit.oid));
  const others = {
    ...court,
    signers: { ...court.signers, ssh: court.signers.ssh.filter((one) => one !== own) },
  };
  if ((await judge(signed, commit.committer.email, others)).kind === 'good') return verdict;
  return (await isOfOthers(repository, commit, court)) ? verdict : { kind: 'bad', why: NOT_OF_OTHERS };
}

const NOT_OF_OTHERS =
  'Pilotage made it out of a commit that is not signed itself, or is not here to be judged';

/** Pilotage signs what it makes of others' content, and vouches for none of it: a merge, a revert, or a copy of a commit that is judged too. */
async function isOfOthers(repository: Repository, commit: Commit, court: Bench): Promise<boolean> {
  const parents = await Promise.all(commit.parents.map((oid) => repository.commit(oid)));
  if (parents.some(({ tree }) => tree === commit.tree)) return true;
  const origin = backportedFrom(commit.message)?.revision;
  if (origin !== undefined) {
    if ((await repository.resolve(origin)) === undefined) return false;
    const original = await repository.commit(origin);
    return (await verdictOn(repository, original, court)).kind === 'good';
  }
  const before = await repository.log(commit.oid, { limit: MOST_BEFORE });
  return before.some(({ oid, tree }) => oid !== commit.oid && tree === commit.tree);
}

const nameOf = ({ commit, verdict }: Judged): string =>
  `${commit.oid.slice(0, 12)} by ${commit.author.name} <${commit.author.email}>: ${verdict.kind === 'bad' ? verdict.why : ''}`;

function unsigned(target: Environment, bad: readonly Judged[]): Problem {
  const name = fullName(target);
  const { delivery } = target.spec;
  const more = bad.length > MOST_NAMED ? [`and ${bad.length - MOST_NAMED} more`] : [];
  const [first] = bad;
  return {
    reason: 'Unsigned',
    message: [
      `${name} takes signed commits only, and this is not signed as it has to be:`,
      ...[...bad.slice(0, MOST_NAMED).map(nameOf), ...more].map((line) => `  ${line}`),
    ].join('\n'),
    remedy:
      `Sign it and push again: git rebase --exec 'git commit --amend --no-edit -S' ${first?.commit.parents[0]?.slice(0, 12) ?? '--root'}\n` +
      `    or an administrator adds the key: pilotage connect ${delivery} --signers FILE; or vouches for it: --signed-since COMMIT`,
  };
}

const noSigners = (target: Environment): Problem => ({
  reason: 'Unsigned',
  message: `${fullName(target)} takes signed commits only, and nobody has said whose signatures count.`,
  remedy: `An administrator says it: pilotage connect ${target.spec.delivery} --signers FILE (allowed signers of ssh-keygen(1), or keys of OpenPGP)`,
});

const tooMany = (target: Environment, revision: Oid): Problem => ({
  reason: 'Unsigned',
  message: `${fullName(target)} takes signed commits only, and ${revision.slice(0, 12)} brings more than ${MOST_COMMITS} at once.`,
  remedy: `An administrator vouches for the history so far: pilotage connect ${target.spec.delivery} --signed-since COMMIT`,
});
