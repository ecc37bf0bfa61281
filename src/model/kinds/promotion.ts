import type { PilotageKind } from './kind.ts';
import { boolean, integer, list, listBy, object, oneOf, optional, string, time, written } from './shape.ts';

export const gateState = object({
  gate: string,
  state: oneOf(['Passed', 'Waiting', 'Blocked']),
  reason: string,
  /** When waiting ends by itself. */
  until: optional(time),
  /** Passed by a person's word alone. */
  skipped: optional(object({ by: string, reason: string })),
});

/** A person's word that one revision passes a gate that is closed. */
export const skip = object({ gate: string, by: string, at: time, reason: string });

/** A person's word for one revision. */
export const approval = object({
  /** The name of the account. */
  by: string,
  /** What else the person is known by: display name and e-mail addresses of the account. */
  aliases: optional(list(string)),
  at: time,
  /** False or absent: an older version took a name that the holder of the token gave. It does not count. */
  verified: optional(boolean),
  /** Of the account, when it approved. */
  groups: optional(list(string)),
  /** Of the images that the source ran then: what is built or resolved anew is approved anew. */
  digest: optional(string),
});

const spec = object({
  delivery: string,
  from: string,
  to: string,
  revision: string,
  tree: string,
  requestedBy: optional(string),
  /** Bound to the revision: an approval of another revision does not count. */
  approvals: optional(list(approval)),
  /** A person's word that this revision may bring again what was taken back on the target's branch by these commits. */
  again: optional(object({ by: string, at: time, commits: list(string) })),
  /** A person's word that it is not promoted, nor a later revision that has all of it. `base`: what the target's branch was at then. */
  rejected: optional(object({ by: string, at: time, reason: string, base: optional(string) })),
  /** Bound to the revision, as approvals are. */
  skips: optional(list(skip)),
});

const status = object({
  /** Rejected: it was merged, and taken back on the target's own branch by `rejectedBy`. */
  phase: written(oneOf(['Pending', 'Merged', 'Superseded', 'Refused', 'Rejected'])),
  rejectedBy: optional(string),
  /** When `rejectedBy` was committed. */
  rejectedAt: optional(time),
  gates: optional(list(gateState)),
  message: optional(string),
  /** What the branch was moved to; the revision itself, where that was a fast-forward. */
  mergeCommit: optional(string),
  mergedAt: optional(time),
  /** Gates that kept it waiting, each with what it said first; kept when they are open. */
  waited: optional(listBy(['gate'], object({ gate: string, reason: string }))),
  /** What the branch was at before, and how the target was doing there; absent: it did not exist. */
  before: optional(object({ revision: string, health: string })),
  /** The commit that Pilotage writes, or has written, to take it back; recorded before it is pushed. */
  revertCommit: optional(string),
  /** That brings it, at the forge: which commit it was given, and a digest of what it says. `closed`: a person closed it, which was taken for a rejection. */
  pullRequest: optional(
    object({ number: integer, url: string, head: string, says: string, closed: optional(boolean) }),
  ),
  /** It was Degraded after its merge: since when, with what, and what Pilotage did about it. */
  failure: optional(object({ at: time, cause: string, answer: oneOf(['revert', 'pin', 'none']) })),
});

/**
 * An advance of one revision from an environment to the next. Name: `<delivery>.<to>.<revision>`.
 * With `from` = `to`: a commit that was pushed to the target's own branch and waits there for its gates.
 * Open ones are kept, and of those that have ended what `promotion/record/collect.ts` says.
 */
export const PROMOTION = {
  kind: 'Promotion',
  plural: 'promotions',
  shortName: 'ppromo',
  spec,
  status,
  columns: [
    ['From', '.spec.from'],
    ['To', '.spec.to'],
    ['Revision', '.spec.revision', 'string', 1],
    ['Phase', '.status.phase'],
    ['Message', '.status.message'],
  ],
} as const satisfies PilotageKind;
