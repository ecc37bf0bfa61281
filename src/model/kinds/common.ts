import type { Condition } from '../../kube/values/condition.ts';
import {
  boolean,
  integer,
  json,
  list,
  listBy,
  mapOf,
  object,
  oneOf,
  optional,
  type Shape,
  string,
  time,
} from './shape.ts';

/** Parts that several kinds have. */

export const conditions: Shape<readonly Condition[]> = listBy(
  ['type'],
  object({
    type: string,
    status: oneOf(['True', 'False', 'Unknown']),
    reason: optional(string),
    message: optional(string),
    lastTransitionTime: optional(time),
    observedGeneration: optional(integer),
  }),
);

/** Members of a reference to an object (`ObjectRef`). */
export const REF = { apiVersion: string, kind: string, namespace: optional(string), name: string };

/**
 * `hook`: made by a run of its app, and gone when that says so: neither drift nor missing. `prune`: what pilotage.yaml said of it when it was
 * delivered last, so that a commit cannot drop an object and its protection together; absent: nothing.
 */
export const inventoryEntry = object({
  ...REF,
  app: string,
  uid: optional(string),
  hook: optional(boolean),
  prune: optional(oneOf(['keep', 'confirm'])),
});

export const promotionPolicy = object({
  from: string,
  /** Further sources, which have to have passed the same content. */
  alsoFrom: optional(list(string)),
  /** any: one of the sources is enough; absent: all of them. */
  needs: optional(oneOf(['any'])),
  auto: boolean,
  /** Nothing reaches the branch but by promotion; absent: what is pushed to it directly waits for the gates. */
  required: optional(boolean),
  /** Gate → its setting, as `promotion/gates/` reads it from pilotage.yaml. */
  gates: mapOf(json),
  /** Gates of the file that this version does not know yet: they block, named, rather than being passed over. */
  unsupportedGates: optional(list(string)),
  /** How the branch advances; absent: by a merge commit. */
  by: optional(oneOf(['fast-forward', 'pull-request'])),
  /** What becomes of a promotion that turns out Degraded; absent: it stays. */
  onFailure: optional(oneOf(['revert'])),
  /** For how many milliseconds after its merge a failure is blamed on a promotion; there with `onFailure`. */
  within: optional(integer),
});

/** What a channel may be told of an environment (docs/notifications.md). */
export const NOTIFIED = [
  'failed',
  'degraded',
  'recovered',
  'waiting',
  'promoted',
  'drift',
  'preview',
] as const;
export type Notified = (typeof NOTIFIED)[number];

/** `to`: the name of a channel that an administrator has added. */
export const notifyRule = object({ to: string, on: list(oneOf(NOTIFIED)) });

/** Members of the terms but for the promotion policy. */
export const TERMS = {
  branch: string,
  /** Folder of the repository that holds this environment's manifests, '' for the root. */
  path: string,
  namespace: string,
  /** Kubeconfig context; absent: the home cluster. */
  cluster: optional(string),
  /** What is asked of its commits; absent: nothing. */
  verify: optional(object({ signatures: oneOf(['required']) })),
  /** When another revision may be deployed; absent: at all times. `for`: milliseconds. */
  windows: optional(
    list(object({ kind: oneOf(['allow', 'deny']), cron: string, for: integer, timezone: string })),
  ),
  /** Who is told what of it; absent: nobody. */
  notify: optional(list(notifyRule)),
};

export const terms = object({ ...TERMS, promotion: optional(promotionPolicy) });
