import { rfc3339 } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import type { Commit } from '../../git/types.ts';
import type { PromotionReport } from '../../model/faces.ts';
import { promotionObjectName } from '../../model/names.ts';
import type { Approval, Environment, GateState } from '../../model/types.ts';
import type { User } from '../../model/user.ts';
import { decide } from '../decide/decide.ts';
import { gatherFacts, isDeployed } from '../decide/facts.ts';
import { formatCommit } from '../history/commits.ts';
import { approvalFacts } from '../history/gained.ts';
import type { PromoteOptions } from '../options.ts';
import { gatesOf } from '../permit/permit.ts';
import { type Provenance, provenanceOf } from '../permit/provenance.ts';
import { demandsPromotion } from '../permit/required.ts';
import { environmentOf, promotionOf } from '../record/lookup.ts';
import { ensurePromotion, recordApproval, recordStatus } from '../record/promotion.ts';
import { reportOf, statusOf } from './report.ts';

export interface ApproveRequest {
  /** The revision that was reviewed, or a prefix of it: if another one waits by now, nothing is approved. */
  readonly revision?: string;
}

/** Records an approval of the revision that waits, then reports what it still waits for. Who may give one is asked before. */
export async function approve(
  options: PromoteOptions,
  delivery: string,
  to: string,
  request: ApproveRequest,
  user: User,
): Promise<PromotionReport> {
  const target = await environmentOf(options.home, delivery, to);
  const { tip, provenance } = await waitingOn(options, target);
  // Where promotion is demanded no word lets a direct commit through: what waits is the revision of the source.
  if (tip && provenance?.type === 'direct' && !demandsPromotion(target))
    return approveDirect(options, target, provenance.commit, request, user);
  const gathered = await gatherFacts(options, delivery, to);
  refuseOther(gathered.revision, `${delivery}/${to}`, request);
  const level = gathered.facts.lineage.type === 'level';
  if (level && isDeployed(gathered)) return reportOf(gathered, { type: 'upToDate' });
  const promotion = await ensurePromotion(options.home, gathered.promotion, {
    delivery,
    from: gathered.source.spec.environment,
    to,
    revision: gathered.revision.oid,
    tree: gathered.revision.tree,
  });
  const given = approvalOf(options, user, gathered.facts.digest);
  const approved = await recordApproval(options.home, promotion, given);
  if (level && tip && provenance) {
    const gates = await gatesOf(options, target, tip, provenance);
    return { ...reportOf(gathered, { type: 'upToDate' }), gates };
  }
  const { repository, revision } = gathered;
  const standing = await approvalFacts(repository, target, [revision.oid], approved.spec.approvals);
  const facts = { ...gathered.facts, ...standing };
  const decision = decide(facts, options.clock.now());
  await recordStatus(options.home, approved, statusOf(decision));
  return reportOf({ ...gathered, facts }, decision);
}

/** The tip of the branch, where it is not deployed. */
export async function waitingOn(
  options: PromoteOptions,
  target: Environment,
): Promise<{ readonly tip?: string; readonly provenance?: Provenance }> {
  const repository = await options.repository(target.spec.delivery);
  const tip = (await repository?.branches())?.[target.spec.branch];
  if (tip === undefined || tip === target.status?.deployedRevision) return {};
  return { tip, provenance: await provenanceOf(options, target, tip) };
}

/** Approves a direct commit: recorded as a promotion from the environment to itself. */
async function approveDirect(
  options: PromoteOptions,
  target: Environment,
  commit: Commit,
  request: ApproveRequest,
  user: User,
): Promise<PromotionReport> {
  const { delivery, environment } = target.spec;
  refuseOther(commit, `${delivery}/${environment}`, request);
  const spec = { delivery, from: environment, to: environment, revision: commit.oid, tree: commit.tree };
  const known = await promotionOf(options.home, promotionObjectName(delivery, environment, commit.oid));
  const promotion = await ensurePromotion(options.home, known, spec);
  const approved = await recordApproval(options.home, promotion, approvalOf(options, user));
  const gates = await gatesOf(options, target, commit.oid, { type: 'direct', commit });
  const isOpen = gates.every(({ state }) => state === 'Passed');
  await recordStatus(options.home, approved, { phase: 'Pending', gates, message: messageOf(gates) });
  return {
    delivery,
    from: environment,
    to: environment,
    revision: commit.oid,
    outcome: isOpen ? 'Allowed' : 'Waiting',
    gates,
    problems: [],
    commits: [formatCommit(commit)],
  };
}

const messageOf = (gates: readonly GateState[]): string =>
  gates
    .filter(({ state }) => state !== 'Passed')
    .map(({ reason }) => reason)
    .join(' ') || 'Every gate is open.';

/** `digest`: of the images that the source runs, which are approved with the revision. */
const approvalOf = (
  { clock }: PromoteOptions,
  { name, verified, aliases, groups }: User,
  digest?: string,
): Approval => ({
  by: name,
  ...(aliases ? { aliases } : {}),
  at: rfc3339(clock.now()),
  verified,
  ...(groups.length > 0 ? { groups } : {}),
  ...(digest === undefined ? {} : { digest }),
});

function refuseOther(waiting: Commit, target: string, { revision }: ApproveRequest): void {
  if (revision === undefined || waiting.oid.startsWith(revision.toLowerCase())) return;
  throw new ProblemError({
    reason: 'RevisionChanged',
    message: `${revision.slice(0, 12)} does not wait for ${target} (any more): ${formatCommit(waiting)} does. Nothing was approved.`,
    remedy: `Review it, then: pilotage approve ${target} --revision ${waiting.oid}`,
  });
}
