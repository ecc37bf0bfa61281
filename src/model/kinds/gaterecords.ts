import { REF } from './common.ts';
import { boolean, integer, list, object, oneOf, optional, string, time } from './shape.ts';

/** What an Environment records for the gates that lead to it, or that look at it. */

/** A person's word that nothing is promoted to an environment for now. What runs there is looked after as before. */
export const hold = object({
  reason: string,
  by: string,
  since: time,
  /** Absent: until somebody takes it off. */
  until: optional(time),
});

/** How long a revision has been what is deployed, however it was. */
export const stay = object({
  revision: string,
  /** In milliseconds, of the times that are over. */
  ms: integer,
  /** It is deployed since then. */
  since: optional(time),
});

/** One test of a chart, run for one revision: it is written down before its object is made, so that no crash runs it twice. */
export const testRun = object({
  ...REF,
  app: string,
  revision: string,
  /** Rises when a person asks for it again. */
  attempt: integer,
  state: oneOf(['Missing', 'Starting', 'Running', 'Passed', 'Failed']),
  uid: optional(string),
  startedAt: time,
  endedAt: optional(time),
  /** Why it failed, with the last lines of its log. */
  message: optional(string),
});

/** What was measured outside for one gate that leads to an environment. */
export const measurement = object({
  gate: string,
  /** Digest of the setting that it was measured for: another setting is not answered by it. */
  setting: string,
  revision: string,
  /** unknown: nobody answered, which opens nothing. */
  state: oneOf(['good', 'bad', 'unknown']),
  /** What was found, for people: `p99 is 0.41, which is above 0.3`. */
  message: string,
  at: time,
  /** Since when it has been good each time that it was measured. */
  goodSince: optional(time),
  /** How often in a row nobody answered: the next try is later each time. */
  failures: optional(integer),
});

/** What the forge said of a commit that the gate `ci` asks for. */
export const commitChecks = object({
  revision: string,
  /** When it was asked last. */
  at: time,
  /** When it answered last; absent: never. What it said is that old. */
  answeredAt: optional(time),
  /** Why there was no answer the last time. */
  problem: optional(string),
  /** How often in a row there was none: the next try is later each time. */
  failures: optional(integer),
  /** By name; those of Pilotage itself are left out. `isWhole`: there are no others. */
  statuses: list(object({ name: string, state: oneOf(['pending', 'success', 'failure', 'error']) })),
  isWhole: boolean,
});
