import { isSuspended } from '../../model/suspension.ts';
import type { Environment, Promotion } from '../../model/types.ts';

/** For how long a target has to be Degraded without a break, beside what its health asks for before it says so. */
const LASTING_MS = 15_000;
/** How much of a cause is kept: the first failing object, its reason, and the last lines of its log. */
const LINES = 12;
const COLUMNS = 200;

/** What the standing of a target says of the promotion that it runs. */
export type Assessment =
  | { readonly type: 'nothing' }
  /** It is failing, and has to for longer before anything is done: until then, in milliseconds. */
  | { readonly type: 'failing'; readonly until: number }
  | { readonly type: 'failed'; readonly promotion: Promotion; readonly cause: string };

const NOTHING: Assessment = { type: 'nothing' };

/**
 * Whether what Pilotage promoted last is to be taken back, by the record of the target alone. Only that: the tip of the branch is a merge of
 * ours, so a commit of a person and a revert are left alone. A target that was Degraded before proves nothing against what came then.
 */
export function assess(target: Environment, promotions: readonly Promotion[], now: number): Assessment {
  const { spec, status } = target;
  const policy = status?.promotionPolicy;
  if (policy?.onFailure !== 'revert' || spec.pin || isSuspended(target) || isStopped(target)) return NOTHING;
  const tip = status?.wantedRevision;
  const promotion = promotions.find((one) => isMergedAs(one, tip));
  const merged = promotion?.status;
  if (!promotion || merged?.before?.health === 'Degraded' || merged?.failure) return NOTHING;
  if (now > Date.parse(merged?.mergedAt ?? '') + (policy.within ?? 0)) return NOTHING;
  if (status?.assessedRevision !== tip || !isFailing(target)) return NOTHING;
  const until = Date.parse(status?.phaseSince ?? '') + LASTING_MS;
  if (!(now >= until)) return { type: 'failing', until };
  return { type: 'failed', promotion, cause: causeOf(status?.message ?? '') };
}

const isMergedAs = ({ status }: Promotion, tip: string | undefined): boolean =>
  tip !== undefined && status?.phase === 'Merged' && status.mergeCommit === tip;

const isStopped = ({ status }: Environment): boolean =>
  status?.conditions?.some(
    ({ type, status: state }) => (type === 'Held' || type === 'Frozen') && state === 'True',
  ) ?? false;

/** Degraded by what its objects report; or a hook of it has failed, which nothing repeats. What cannot be applied is no such evidence. */
const isFailing = ({ status }: Environment): boolean =>
  status?.phase === 'Failed' &&
  (status.health === 'Degraded' ||
    (status.conditions?.some(({ reason }) => reason === 'HookFailed') ?? false));

/** Without what a person is advised to do, and without control characters: it becomes part of a commit message. */
export const causeOf = (message: string): string =>
  message
    .split('\n')
    .filter((line) => !/^\s*→/.test(line))
    .slice(0, LINES)
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, ' ')
        .trimEnd()
        .slice(0, COLUMNS),
    )
    .join('\n')
    .trim();
