import type { Repository } from '../../../git/types.ts';
import { canonicalJson } from '../../../kube/values/equal.ts';
import type { Json } from '../../../kube/values/types.ts';
import type { DeliveryFile } from '../../../model/deliveryfile.ts';
import type { FileAt } from '../../../model/environments.ts';
import { PILOTAGE_FILE } from '../../../model/pilotagefile.ts';
import { isMeantBy } from '../../../model/previews.ts';
import type { Environment } from '../../../model/types.ts';
import { fileAt } from '../../source/deliveryfile.ts';
import type { EndReason, Making, PreviewDecision, PreviewFacts } from './decide.ts';

/** Why a preview ends, as it is told to who is concerned. */
export function endLine({ spec }: Environment, reason: EndReason): string {
  const again = `push to ${spec.branch} again for another`;
  const texts: Readonly<Record<EndReason, string>> = {
    BranchGone: `branch ${spec.branch} is gone`,
    Closed: `the pull request of ${spec.branch} is closed`,
    Merged: `branch ${spec.branch} is merged`,
    Expired: `its time is over; ${again}`,
    Forbidden: 'an administrator allows this delivery no previews',
    Deleted: `it was deleted; ${again}`,
  };
  return `preview ends, with its namespace ${spec.namespace}: ${texts[reason]}`;
}

/** So many branches of one push are told one by one. */
const NAMED = 5;

/** What is told of pushed branches that are meant and have no preview: that they wait, or have nothing of their own. */
export function queueLines(
  { policy, merged, others, place }: PreviewFacts,
  { record, make }: PreviewDecision,
  pushed: readonly string[],
): readonly string[] {
  if (policy === undefined) return [];
  const places = new Map(record.queue.map((one, at) => [one.branch, at]));
  const lines = pushed.flatMap((branch) => {
    const at = places.get(branch) ?? -1;
    if (at >= 0 && record.message === undefined)
      return [
        `${branch}: its preview waits for a place, position ${at + 1} of ${record.queue.length}; there may be ${record.max ?? 0}\n  → pilotage preview list; end another: pilotage preview delete NAME`,
      ];
    const isMeant =
      policy !== 'unknown' &&
      isMeantBy(policy.branches, branch) &&
      !others.some((one) => one.branch === branch);
    if (!isMeant || make.some((one) => one.branch === branch)) return [];
    if (record.message !== undefined) return [`${branch}: no preview: ${record.message}`];
    const root = place === undefined ? 'the default branch' : policy.from;
    return merged.has(branch) ? [`${branch}: no preview: it holds nothing that ${root} does not have`] : [];
  });
  const more = lines.length - NAMED;
  return more > 0 ? [...lines.slice(0, NAMED), `and ${more} more branches: pilotage preview list`] : lines;
}

/** That what a branch says of environments and previews does not count, where that is something else than the default branch says. */
export async function ignoredLine(
  repository: Repository,
  { revision }: Making,
  { files, defaultBranch = '' }: { files: ReadonlyMap<string, FileAt>; defaultBranch: string | undefined },
): Promise<string | undefined> {
  const [own, first] = [await fileAt(repository, revision).catch(() => undefined), files.get(defaultBranch)];
  if (!own?.ok) return undefined;
  const other = first?.ok ? first.value : undefined;
  const differs = (['environments', 'previews'] as const).filter(
    (key) => textOf(own.value, key) !== textOf(other, key),
  );
  if (differs.length === 0) return undefined;
  return `what its ${PILOTAGE_FILE} says under \`${differs.join('` and `')}\` is not looked at: that of ${defaultBranch} counts`;
}

const textOf = (file: DeliveryFile | undefined, key: 'environments' | 'previews'): string =>
  canonicalJson(withoutPlaces((file?.[key] ?? null) as unknown as Json));

function withoutPlaces(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      key === 'place' ? [] : [[key, withoutPlaces(one as Json)]],
    ),
  );
}
