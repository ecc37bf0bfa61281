import { rfc3339 } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { sourcesOf } from '../../model/promotionsources.ts';
import type { Environment, Promotion } from '../../model/types.ts';
import { decide } from '../decide/decide.ts';
import { type Gathered, gatherFacts } from '../decide/facts.ts';
import type { PromoteOptions } from '../options.ts';
import { environmentOf, lookUpEnvironment } from '../record/lookup.ts';

/** A person's word that environments between a source and the target are left out. Who may give it is asked before. */
export interface LeapRequest {
  readonly from: string;
  readonly reason: string;
}

/**
 * The source that a promotion is made from, with what it runs: the one that a person names, the first that the policy names, or, where any of
 * several is enough, one whose revision may advance. @throws ProblemError
 */
export async function newestOf(
  options: PromoteOptions,
  delivery: string,
  to: string,
  leap: LeapRequest | undefined,
): Promise<Gathered> {
  const target = await environmentOf(options.home, delivery, to);
  if (leap) {
    if (leap.reason.trim() === '') throw new ProblemError(noReason(delivery, to, leap.from));
    await assertLeads(options, target, leap.from);
    return gatherFacts(options, delivery, to, { from: leap.from });
  }
  const policy = target.status?.promotionPolicy;
  if (policy?.needs !== 'any') return gatherFacts(options, delivery, to);
  return anyOf(options, delivery, to, sourcesOf(policy));
}

/** By what is best for the target: to advance, to be level, to wait, to be refused; among equals the one that is named first. */
async function anyOf(
  options: PromoteOptions,
  delivery: string,
  to: string,
  sources: readonly string[],
): Promise<Gathered> {
  const found: { readonly gathered: Gathered; readonly rank: number }[] = [];
  let lack: ProblemError | undefined;
  for (const from of sources) {
    try {
      const gathered = await gatherFacts(options, delivery, to, { from });
      const { type } = decide(gathered.facts, options.clock.now());
      const isReturn = type !== 'upToDate' && (await carriedBefore(gathered));
      found.push({ gathered, rank: isReturn ? RANKS.length : RANKS.indexOf(type) });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      lack ??= error;
    }
  }
  const usable = found.filter(({ rank }) => rank < RANKS.length);
  const [best] = (usable.length > 0 ? usable : found).toSorted((a, b) => a.rank - b.rank);
  if (!best) throw lack ?? new Error('a policy without sources');
  if (best.rank < RANKS.length) return best.gathered;
  // Two sources that differ must not take the target to and fro: what it has left behind stays there.
  return { ...best.gathered, facts: { ...best.gathered.facts, lineage: leftBehind(best.gathered) } };
}

const RANKS: readonly string[] = ['advance', 'upToDate', 'wait', 'refuse'];

async function carriedBefore({ repository, base, revision }: Gathered): Promise<boolean> {
  if (base === null) return false;
  return (await repository.log(base, { limit: 2000 })).some(({ tree }) => tree === revision.tree);
}

const leftBehind = ({ target, revision }: Gathered) =>
  ({ type: 'ahead', promoted: target.status?.deployedRevision ?? revision.oid }) as const;

/** Only what the chain of promotions leads through may be named: anything else has nothing to do with the target. */
async function assertLeads({ home }: PromoteOptions, target: Environment, from: string): Promise<void> {
  const { delivery, environment } = target.spec;
  const known = new Set<string>();
  const open = target.status?.promotionPolicy ? [...sourcesOf(target.status.promotionPolicy)] : [];
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    if (known.has(name)) continue;
    known.add(name);
    const policy = (await lookUpEnvironment(home, delivery, name))?.status?.promotionPolicy;
    if (policy) open.push(...sourcesOf(policy));
  }
  if (!known.has(from)) throw new ProblemError(leadsNot(`${delivery}/${environment}`, from, [...known]));
}

/** What is written down of a leap: the environments that the policy names and that were not asked. */
export function leapsOf(
  target: Environment,
  leap: LeapRequest | undefined,
  by: string,
  now: number,
): NonNullable<Promotion['spec']['skips']> {
  const policy = target.status?.promotionPolicy;
  if (!leap || !policy) return [];
  const left = sourcesOf(policy).filter((name) => name !== leap.from);
  return left.map((name) => ({
    gate: `environment ${name}`,
    by,
    at: rfc3339(now),
    reason: leap.reason.trim(),
  }));
}

const noReason = (delivery: string, to: string, from: string): Problem => ({
  reason: 'ReasonMissing',
  message: 'Environments are skipped for a reason, which stays on record.',
  remedy: `pilotage promote ${delivery}/${to} --from ${from} --reason WHY`,
});

const leadsNot = (target: string, from: string, known: readonly string[]): Problem => ({
  reason: 'UnknownSource',
  message: `No promotion leads from ${from} to ${target}.`,
  remedy: `Those that do, through others or not: ${known.join(', ') || 'none'}.`,
});
