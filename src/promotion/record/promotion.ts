import type { KubeClient } from '../../kube/client/client.ts';
import { updateObject } from '../../kube/client/update.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isAlreadyExists } from '../../kube/values/status.ts';
import { promotionObjectName } from '../../model/names.ts';
import {
  type Approval,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type Promotion,
} from '../../model/types.ts';
import { peopleBehind } from '../identity/people.ts';

/** The Promotion object of a revision, created when it does not exist. */
export async function ensurePromotion(
  home: KubeClient,
  known: Promotion | undefined,
  spec: Promotion['spec'],
): Promise<Promotion> {
  if (known) return known;
  const name = promotionObjectName(spec.delivery, spec.to, spec.revision);
  const object: Promotion = {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'Promotion',
    metadata: { name, namespace: PILOTAGE_NAMESPACE },
    spec,
  };
  try {
    return await home.create(PROMOTIONS, object);
  } catch (error) {
    if (isAlreadyExists(error)) return home.get(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE, name });
    throw error;
  }
}

/** Adds one person's approval; a second one of the same person changes nothing. One under a typed name does not count, and is in nobody's way. */
export async function recordApproval(
  home: KubeClient,
  promotion: Promotion,
  approval: Approval,
): Promise<Promotion> {
  return rewrite(home, promotion, (current) => {
    const approvals = current.spec.approvals ?? [];
    if (approvals.some((one) => one.verified && isSamePerson(one, approval))) return undefined;
    return { ...current, spec: { ...current.spec, approvals: [...approvals, approval] } };
  });
}

const isSamePerson = (one: Approval, other: Approval): boolean =>
  peopleBehind([one, other], []).independent.length < 2;

/** Records that what these commits reverted may come again with this revision; adds to earlier confirmations. */
export async function recordAgain(
  home: KubeClient,
  promotion: Promotion,
  word: NonNullable<Promotion['spec']['again']>,
): Promise<Promotion> {
  return rewrite(home, promotion, (current) => {
    const said = current.spec.again?.commits ?? [];
    const commits = [...new Set([...said, ...word.commits])];
    if (commits.length === said.length) return undefined;
    return { ...current, spec: { ...current.spec, again: { ...word, commits } } };
  });
}

/** Records a person's word against a revision, or takes it back (null). */
export const recordRejection = (
  home: KubeClient,
  promotion: Promotion,
  word: NonNullable<Promotion['spec']['rejected']> | null,
): Promise<Promotion> =>
  rewrite(home, promotion, (current) => {
    const { rejected, ...rest } = current.spec;
    if (word === null) return rejected === undefined ? undefined : { ...current, spec: rest };
    return { ...current, spec: { ...rest, rejected: word } };
  });

/** What had become of it, which a later attempt to promote the same does not unmake. */
function historyOf({ status }: Promotion): Partial<NonNullable<Promotion['status']>> {
  const { mergeCommit, mergedAt, before, revertCommit, failure } = status ?? {};
  return {
    ...(mergeCommit ? { mergeCommit } : {}),
    ...(mergedAt ? { mergedAt } : {}),
    ...(before ? { before } : {}),
    ...(revertCommit ? { revertCommit } : {}),
    ...(failure ? { failure } : {}),
  };
}

/** Records which gates a person lets this revision pass; the first word for a gate stays. */
export async function recordSkips(
  home: KubeClient,
  promotion: Promotion,
  given: NonNullable<Promotion['spec']['skips']>,
): Promise<Promotion> {
  if (given.length === 0) return promotion;
  return rewrite(home, promotion, (current) => {
    const skips = current.spec.skips ?? [];
    const more = given.filter(({ gate }) => !skips.some((skip) => skip.gate === gate));
    return more.length === 0
      ? undefined
      : { ...current, spec: { ...current.spec, skips: [...skips, ...more] } };
  });
}

/** Gates that are open by now were closed once: why it took its time is read from here. A time that runs down is said as it was first. */
function waitedOf(
  { status }: Promotion,
  { gates = [] }: NonNullable<Promotion['status']>,
): NonNullable<NonNullable<Promotion['status']>['waited']> {
  const closed = gates.filter(({ state }) => state !== 'Passed');
  const before = status?.waited ?? [];
  const isKnown = (gate: string): boolean => before.some((one) => one.gate === gate);
  return [
    ...before,
    ...closed.filter(({ gate }) => !isKnown(gate)).map(({ gate, reason }) => ({ gate, reason })),
  ];
}

/** A promotion stays marked as reverted while it waits or is refused, until it is merged again. */
export async function recordStatus(
  home: KubeClient,
  promotion: Promotion,
  status: NonNullable<Promotion['status']>,
): Promise<Promotion> {
  return rewrite(
    home,
    promotion,
    (current) => {
      const { rejectedBy = current.status?.rejectedBy, rejectedAt = current.status?.rejectedAt } = status;
      const { pullRequest = current.status?.pullRequest } = status;
      const waited = waitedOf(current, status);
      const said: typeof status = {
        ...status,
        ...(pullRequest ? { pullRequest } : {}),
        ...(waited.length > 0 ? { waited } : {}),
      };
      const next: typeof status =
        rejectedBy === undefined || status.phase === 'Merged'
          ? said
          : {
              ...historyOf(current),
              ...said,
              phase: 'Rejected',
              rejectedBy,
              ...(rejectedAt ? { rejectedAt } : {}),
            };
      return deepEqual(current.status, next) ? undefined : { ...current, status: next };
    },
    'status',
  );
}

const rewrite = (
  home: KubeClient,
  promotion: Promotion,
  change: (current: Promotion) => Promotion | undefined,
  subresource?: string,
): Promise<Promotion> =>
  updateObject({
    client: home,
    resource: PROMOTIONS,
    key: { namespace: PILOTAGE_NAMESPACE, name: promotion.metadata.name ?? '' },
    known: promotion,
    change,
    ...(subresource ? { subresource } : {}),
  });
