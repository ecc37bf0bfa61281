import type { Clock } from '../../base/clock.ts';
import { formatProblem } from '../../base/errors.ts';
import { fullName, promotionObjectName } from '../../model/names.ts';
import type { Permission } from '../../model/permission.ts';
import type { Environment, GateState } from '../../model/types.ts';
import { gateFacts } from '../facts/gatefacts.ts';
import { evaluateGates } from '../gates/policy.ts';
import { approvalFacts } from '../history/gained.ts';
import type { PromotionSources } from '../options.ts';
import { gatesOfOthers, otherSources } from '../record/fanin.ts';
import { promotionOf } from '../record/lookup.ts';
import { type RejectionWord, wordsAgainst } from '../record/rejected.ts';
import { noteOfRevert } from '../record/reverts.ts';
import { type Provenance, provenanceOf } from './provenance.ts';
import { demandsPromotion, unpromoted, unpromotedGate } from './required.ts';

export interface PermitOptions extends PromotionSources {
  readonly clock: Clock;
}

/**
 * Gates hold for everything that reaches the branch of an environment: a merge or squash that a person made by hand, and a commit
 * that was pushed there directly. It is on the branch already, but is not deployed before they pass.
 */
export async function permit(
  options: PermitOptions,
  target: Environment,
  revision: string,
): Promise<Permission> {
  const { delivery, environment } = target.spec;
  const provenance = await provenanceOf(options, target, revision);
  const waits = `${revision.slice(0, 7)} waits on its branch for the gates of ${environment}.`;
  switch (provenance.type) {
    case 'free': {
      const isOld = provenance.why === 'deployedBefore';
      const note = provenance.note ?? (isOld ? await noteOfRevert(options, target, revision) : undefined);
      return { type: 'allowed', ...(note ? { note } : {}) };
    }
    case 'unknown':
      return { type: 'held', message: `${waits} ${provenance.message}` };
    case 'promotion': {
      const overtaken = await overtakenBy(options, target, provenance);
      if (overtaken) return { type: 'held', message: `${waits} ${overtaken}` };
      break;
    }
    case 'direct':
      if (demandsPromotion(target))
        return { type: 'held', message: formatProblem(unpromoted(target, revision)) };
      break;
  }
  const closed = (await gatesOf(options, target, revision, provenance)).filter(
    ({ state }) => state !== 'Passed',
  );
  if (closed.length === 0) return { type: 'allowed' };
  const reasons = closed.map(({ gate, reason }) => `${gate}: ${reason}`).join(' ');
  const isAsked = closed.some(({ gate, state }) => gate === 'approvals' && state === 'Waiting');
  const remedy = isAsked ? `\n  → pilotage approve ${delivery}/${environment}` : '';
  return {
    type: 'held',
    message:
      provenance.type === 'direct' ? direct(target, revision, reasons) : `${waits} ${reasons}${remedy}`,
  };
}

function direct({ spec, status }: Environment, revision: string, reasons: string): string {
  const name = `${spec.delivery}/${spec.environment}`;
  const from = `${spec.delivery}/${status?.promotionPolicy?.from ?? ''}`;
  return (
    `${revision.slice(0, 7)} was pushed to ${spec.branch} directly, ${from} has not tested it, and it waits for the gates of ${spec.environment}. ${reasons}\n` +
    `  → pilotage approve ${name} --revision ${revision}\n` +
    `    or take it through ${from}: pilotage backport ${name}; then: pilotage promote ${name}`
  );
}

/** The gates of a revision that waits on the branch, as they are now; empty where none is asked. */
export async function gatesOf(
  options: PermitOptions,
  target: Environment,
  revision: string,
  provenance: Provenance,
): Promise<readonly GateState[]> {
  const { home, clock } = options;
  const policy = target.status?.promotionPolicy;
  const repository = await options.repository(target.spec.delivery);
  if (!policy || !repository || (provenance.type !== 'promotion' && provenance.type !== 'direct')) return [];
  if (provenance.type === 'direct' && policy.required) return [unpromotedGate(target, revision)];
  const subject = provenance.type === 'promotion' ? provenance.promoted : revision;
  const promotion = await promotionOf(home, approvalName(target, subject));
  const source = provenance.type === 'promotion' ? provenance.source : undefined;
  const facts = {
    source: sourceName(target, source?.spec.environment ?? policy.from),
    target: fullName(target),
    revision: subject,
    ...(await gateFacts(options, { target, source, revision: subject, promotion })),
    // The person who merged or squashed it is on the branch, the authors are on the source.
    ...(await approvalFacts(repository, target, [subject, revision], promotion?.spec.approvals)),
  };
  if (provenance.type === 'direct') return evaluateGates(policy, 'direct commit', facts, clock.now());
  const tip = target.status?.deployedRevision ?? null;
  const words = await wordsAgainst(options, target, repository, { candidate: subject, tip });
  const gates = evaluateGates(
    policy,
    'promotion',
    { ...facts, status: provenance.source.status },
    clock.now(),
  );
  const others = await otherSources(options, target, repository, {
    source: provenance.source.spec.environment,
    revision: await repository.commit(subject),
  });
  return [...gates, ...gatesOfOthers(policy, facts, others, clock.now()), ...words.map(rejectionGate)];
}

/** A person's word stands against what was merged by hand as well. */
const rejectionGate = ({ by, reason, revision }: RejectionWord): GateState => ({
  gate: 'rejected',
  state: 'Blocked',
  reason: `${by} rejected ${revision.slice(0, 7)}: ${reason}`,
});

const approvalName = ({ spec }: Environment, revision: string): string =>
  promotionObjectName(spec.delivery, spec.environment, revision);

const sourceName = ({ spec }: Environment, from: string): string => `${spec.delivery}/${from}`;

/** What the source has moved on from is not promoted late: it would take the target to something that no environment runs any more. */
async function overtakenBy(
  { repository: repositoryOf }: PermitOptions,
  { spec }: Environment,
  { source, promoted }: Extract<Provenance, { type: 'promotion' }>,
): Promise<string | undefined> {
  const repository = await repositoryOf(spec.delivery);
  const runs = source.status?.deployedRevision;
  if (!repository || runs === undefined || runs === promoted) return undefined;
  if (!(await repository.isAncestor(promoted, runs))) return undefined;
  const from = fullName(source);
  return `${from} runs ${runs.slice(0, 7)} by now; to bring that: pilotage promote ${spec.delivery}/${spec.environment}`;
}
