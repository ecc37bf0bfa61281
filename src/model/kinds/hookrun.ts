import { REF } from './common.ts';
import { integer, list, object, oneOf, optional, string, time } from './shape.ts';

/** The phases of a delivery in which hooks run, in their order. */
export const HOOK_PHASES = ['PreSync', 'Sync', 'PostSync', 'SyncFail', 'PreDelete', 'PostDelete'] as const;

/** One hook in one phase of a run: it is written down before its object is made, so that no crash runs it twice. */
export const hookRecord = object({
  ...REF,
  phase: oneOf(HOOK_PHASES),
  state: oneOf(['Starting', 'Running', 'Succeeded', 'Failed']),
  /** Of its object, once that is made. */
  uid: optional(string),
  startedAt: time,
  endedAt: optional(time),
  /** Why it failed, with the last lines of its log. */
  message: optional(string),
});

/** The deployment of one app that its hooks belong to. Only apps with hooks have one. */
export const appRun = object({
  app: string,
  /** HMAC of the objects of the app, hooks included: an app that stays the same runs no hooks. */
  digest: string,
  /** The revision that began it. */
  revision: string,
  /** Rises with each run, and with each repetition of what has failed; an object of another attempt is not taken for this one's. */
  attempt: integer,
  cause: oneOf(['install', 'upgrade', 'rollback', 'delete']),
  /** Complete: all is applied and no hook is due any more. */
  state: oneOf(['Started', 'Deployed', 'Complete']),
  /** `spec.syncRequestedAt` when it began: a later one repeats what has failed. */
  requestedAt: optional(string),
  /** The last release that has the app: what is known of it when it is gone. */
  release: optional(integer),
  hooks: optional(list(hookRecord)),
});
