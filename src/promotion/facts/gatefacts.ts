import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kube/values/equal.ts';
import { isSuspended } from '../../model/suspension.ts';
import type { Environment, Promotion } from '../../model/types.ts';
import type { GateFacts } from '../gates/gate.ts';
import type { PromotionSources } from '../options.ts';
import { releasesOf } from '../record/lookup.ts';

interface Parties {
  readonly target: Environment;
  /** Absent for a direct commit. */
  readonly source: Environment | undefined;
  readonly revision: string;
  readonly promotion: Promotion | undefined;
}

/** What gates look at beside the revision and who approved it: the same for what is promoted and for what was merged by hand. */
export async function gateFacts(
  sources: PromotionSources,
  { target, source, revision, promotion }: Parties,
): Promise<Partial<GateFacts>> {
  const { gates = {} } = target.status?.promotionPolicy ?? {};
  const { hold } = target.spec;
  const { skips } = promotion?.spec ?? {};
  const { measured, checks } = target.status ?? {};
  const stopped = source && stoppedBy(source);
  const asksPeople = gates.approvals !== undefined;
  const digest = asksPeople && source ? await imagesOf(sources, source, revision) : undefined;
  const groups = asksForGroups(gates.approvals) ? await sources.groups?.() : undefined;
  return {
    ...(hold ? { hold } : {}),
    ...(skips ? { skips } : {}),
    ...(measured ? { measured } : {}),
    ...(checks ? { checks } : {}),
    ...(stopped ? { sourceStopped: stopped } : {}),
    ...(source?.spec.retest ? { retest: source.spec.retest } : {}),
    ...(digest === undefined ? {} : { digest }),
    ...(groups ? { groups } : {}),
  };
}

const asksForGroups = (setting: unknown): boolean =>
  typeof setting === 'object' && setting !== null && 'groups' in setting;

function stoppedBy(source: Environment): string | undefined {
  if (isSuspended(source)) return 'it is suspended';
  const stop = source.status?.conditions?.find(
    ({ type, status }) => (type === 'Frozen' || type === 'Held') && status === 'True',
  );
  return stop && (stop.message || stop.reason || stop.type);
}

/** Of the images that a source built and runs at a revision. Those that are rendered into it by name belong to the revision itself. */
async function imagesOf(
  sources: PromotionSources,
  source: Environment,
  revision: string,
): Promise<string | undefined> {
  const releases = await releasesOf(sources, source);
  const ofRevision = releases.filter(({ spec }) => spec.revision === revision);
  // A commit that left the source alone has no release of its own.
  const standing = releases.filter(({ spec }) => spec.number === source.status?.release);
  const isDeployed = source.status?.deployedRevision === revision;
  const known = ofRevision.length > 0 ? ofRevision : isDeployed ? standing : [];
  const last = [...known].sort((one, other) => other.spec.number - one.spec.number)[0];
  const images = last?.spec.images;
  if (images === undefined || Object.keys(images).length === 0) return undefined;
  return createHash('sha256').update(canonicalJson(images)).digest('hex').slice(0, 32);
}
