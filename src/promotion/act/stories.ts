import type { PromotionStory, ReleaseReport } from '../../model/faces.ts';
import type { Environment, Promotion, Release } from '../../model/types.ts';
import type { PromotionSources } from '../options.ts';
import { promotionsTo, releasesOf } from '../record/lookup.ts';

/** Releases with the story of the promotion that brought each: who asked, when, what it waited for, who approved, and the images that ran in its source. */
export async function withStories(
  sources: PromotionSources,
  target: Environment,
  reports: readonly ReleaseReport[],
): Promise<readonly ReleaseReport[]> {
  const promotions = await promotionsTo(sources, target);
  if (promotions.length === 0) return reports;
  const releases = await releasesOf(sources, target);
  return reports.map((report) => {
    const story = promotions.find(({ status }) => status?.mergeCommit === report.revision);
    const taken = promotions.find(({ status }) => status?.revertCommit === report.revision);
    const images = releases.find(({ spec }) => spec.number === report.number)?.spec.images;
    return {
      ...report,
      ...(story ? { promotion: storyOf(story, images) } : {}),
      ...(taken?.status?.failure
        ? { takesBack: { revision: taken.spec.revision, cause: taken.status.failure.cause } }
        : {}),
    };
  });
}

/** Pure. */
function storyOf({ spec, status, metadata }: Promotion, images: Release['spec']['images']): PromotionStory {
  const { requestedBy, approvals = [] } = spec;
  return {
    from: spec.from,
    revision: spec.revision,
    ...(requestedBy ? { requestedBy } : {}),
    ...(metadata.creationTimestamp ? { askedAt: metadata.creationTimestamp } : {}),
    ...(status?.mergedAt ? { mergedAt: status.mergedAt } : {}),
    waited: status?.waited ?? [],
    approvedBy: approvals.filter(({ verified }) => verified).map(({ by }) => by),
    images: images ?? {},
  };
}
