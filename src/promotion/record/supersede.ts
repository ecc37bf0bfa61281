import { rfc3339 } from '../../base/clock.ts';
import type { Environment, Promotion } from '../../model/types.ts';
import { earlierCandidates } from '../history/candidates.ts';
import type { PromoteOptions } from '../options.ts';
import { lookUpEnvironment, releasesOf } from './lookup.ts';
import { recordStatus } from './promotion.ts';

/** Closes those promotions to the target whose revision the source or the branch has left behind, so that approvals of them cannot count later. */
export async function closeSuperseded(
  options: PromoteOptions,
  target: Environment,
  promotions: readonly Promotion[],
): Promise<void> {
  const { delivery } = target.spec;
  const open = promotions.filter(({ status }) => status?.phase === 'Pending' || status?.phase === 'Refused');
  if (open.length === 0) return;
  const direct = open.filter(({ spec }) => spec.from === spec.to);
  for (const promotion of direct) await closeDirect(options, target, promotion);
  const from = target.status?.promotionPolicy?.from;
  if (from === undefined || direct.length === open.length) return;
  const source = await lookUpEnvironment(options.home, delivery, from);
  const current = source?.status?.deployedRevision ?? source?.status?.wantedRevision;
  if (!source || current === undefined) return;
  const earlier = earlierCandidates(source, await releasesOf(options, source));
  const merged = newestMerged(promotions);
  for (const promotion of open) {
    const { revision } = promotion.spec;
    if (direct.includes(promotion) || revision === current) continue;
    const mayCome = earlier.some((candidate) => candidate.revision === revision);
    const overtaken = merged !== undefined && (await leadsTo(options, delivery, revision, merged));
    if (!mayCome || overtaken) await supersede(options, promotion, overtaken ? merged : current);
  }
}

const newestMerged = (promotions: readonly Promotion[]): string | undefined =>
  promotions
    .filter(({ spec, status }) => status?.phase === 'Merged' && spec.from !== spec.to)
    .toSorted((a, b) => ((a.status?.mergedAt ?? '') < (b.status?.mergedAt ?? '') ? 1 : -1))[0]?.spec.revision;

async function leadsTo(
  options: PromoteOptions,
  delivery: string,
  revision: string,
  later: string,
): Promise<boolean> {
  const repository = await options.repository(delivery);
  const known = await Promise.all([revision, later].map((oid) => repository?.resolve(oid)));
  return !known.includes(undefined) && (await repository?.isAncestor(revision, later)) === true;
}

/** A direct commit is done when it is deployed, and superseded when the branch has moved on. */
async function closeDirect(
  options: PromoteOptions,
  { status }: Environment,
  promotion: Promotion,
): Promise<void> {
  const { revision } = promotion.spec;
  if (status?.deployedRevision === revision) {
    const mergedAt = rfc3339(options.clock.now());
    const done = { phase: 'Merged', message: 'It is deployed.', mergedAt } as const;
    await recordStatus(options.home, promotion, { ...promotion.status, ...done });
  } else if (status?.wantedRevision !== undefined && status.wantedRevision !== revision) {
    await supersede(options, promotion, status.wantedRevision);
  }
}

async function supersede({ home }: PromoteOptions, promotion: Promotion, by: string): Promise<void> {
  const message = `Overtaken by ${by.slice(0, 7)}.`;
  await recordStatus(home, promotion, { ...promotion.status, phase: 'Superseded', message });
}
