import { conditions, inventoryEntry, promotionPolicy, REF, TERMS, terms } from './common.ts';
import { commitChecks, hold, measurement, stay, testRun } from './gaterecords.ts';
import { appRun } from './hookrun.ts';
import type { PilotageKind } from './kind.ts';
import {
  boolean,
  count,
  integer,
  list,
  listBy,
  object,
  oneOf,
  optional,
  string,
  time,
  written,
} from './shape.ts';

export const SYNC_STATES = ['Synced', 'OutOfSync', 'Unknown'] as const;

export const PHASES = [
  'Idle',
  'Rendering',
  'Applying',
  'Waiting',
  'Failed',
  'Frozen',
  'Suspended',
  'Pinned',
] as const;

export const HEALTH_STATES = [
  'Healthy',
  'Progressing',
  'Degraded',
  'Suspended',
  'Missing',
  'Unknown',
] as const;

/** Bound to the object that was there when the word was given, by its UID. */
export const adoption = object({
  ...REF,
  uid: string,
  by: string,
  at: time,
  /** The tool that had it, where one had: `Helm Release shop-prod/shop`. */
  from: optional(string),
});

/** Terms that a pilotage.yaml asks for and that are not in force. */
export const proposal = object({
  /** Of exactly this change: another one, or other terms in force, have another. */
  id: string,
  /** The branch whose pilotage.yaml asks for them. */
  branch: string,
  terms,
});

/** An environment of one branch, for as long as somebody works there. Written by Pilotage, by what the default branch says of previews. */
export const preview = object({
  /** Of the branch; told apart within the delivery. */
  slug: string,
  /** The environment that it is rendered as. */
  base: string,
  /** Where it answers; its Ingresses may have this host and those below it. */
  host: optional(string),
  /** Files over the values of the environment; absent: `values/preview.yaml`, where there is one. */
  values: optional(list(string)),
  /** Keys of the Secret `age-DELIVERY` and Secrets for builds that it may use. */
  secrets: list(string),
  quota: object({ cpu: string, memory: string, pods: count }),
  ttlSeconds: integer,
  idleSeconds: optional(integer),
  /** When its branch last moved. */
  activeAt: time,
  /** When its branch last moved, or somebody woke it. */
  usedAt: time,
  /** A person's word: it stays until then. */
  keepUntil: optional(time),
  /** It is scaled to nothing. */
  asleep: optional(object({ since: time, by: string })),
  /** Since when its branch is missing in what a remote lists. */
  missingSince: optional(time),
});

/** The terms in force are here, but for the promotion policy, which is in the status. */
const spec = object({
  delivery: string,
  environment: string,
  ...TERMS,
  /** Digest of what the pilotage.yaml of the last revision that was let through said of it: the same again changes nothing. */
  declared: optional(string),
  /** Objects that Pilotage did not make and that this environment may take over; a person's word for each. */
  adopt: optional(list(adoption)),
  /** What becomes of what it delivered when it is deleted; absent: it stays. */
  onDelete: optional(oneOf(['prune', 'orphan'])),
  /** The proposal that a person agreed to last. */
  accepted: optional(object({ proposal: string, by: string, at: time })),
  /** Hold this revision (a rollback or `pilotage pin`), whatever the branch says. */
  pin: optional(
    object({
      revision: string,
      reason: string,
      by: optional(string),
      since: time,
      /** Number of the release that a rollback goes back to; absent: a person pinned the revision. */
      release: optional(integer),
    }),
  ),
  /** Nothing is done here (`pilotage suspend`). */
  suspend: optional(hold),
  /** The same, as kubectl can say it. */
  suspended: optional(boolean),
  preview: optional(preview),
  /** Nothing is promoted here (`pilotage hold`). */
  hold: optional(hold),
  /** `pilotage promote --retest`: tests of this revision that failed before `at` run once more. */
  retest: optional(object({ revision: string, by: string, at: time })),
  /** A person's word: this revision is deployed although no window is open. */
  override: optional(object({ revision: string, reason: string, by: string, at: time })),
  /** Confirmed by a person: this revision may prune more than half of the environment. */
  confirmPrune: optional(string),
  /** Confirmed by a person: this revision may delete workloads and create them again, with the outage that it means. */
  confirmRecreate: optional(string),
  /** Confirmed by a person: what this revision may delete, by UID, as the plan with this digest had it. */
  confirmed: optional(
    object({ revision: string, plan: string, objects: list(string), by: string, at: time }),
  ),
  /** Confirmed by a person: this tip may be deployed although it does not descend from the last one. */
  acknowledgedTip: optional(string),
  /** Bumped by `pilotage sync` to ask for a reconcile now. */
  syncRequestedAt: optional(string),
});

const status = object({
  /**
   * Tip of the branch that reconciliation is to reach; written before anything acts on it. A later tip that left the environment alone stands in
   * the status of its Delivery, for this and the other revisions here.
   */
  wantedRevision: optional(string),
  /** The user who pushed or promoted it, where that is known. */
  wantedBy: optional(string),
  /** Rises by one at every observation of a changed tip; never falls. */
  observation: optional(integer),
  deployedRevision: optional(string),
  deployedTree: optional(string),
  /** The revision that phase, health and message speak of: the one that the last pass worked for. */
  assessedRevision: optional(string),
  /** The generation of the spec that the last pass answered. */
  observedGeneration: optional(integer),
  /** Why the wanted revision is not deployed although nothing is wrong: the gates of its promotion. */
  waitsForGates: optional(string),
  release: optional(integer),
  sync: written(oneOf(SYNC_STATES)),
  phase: written(oneOf(PHASES)),
  phaseSince: optional(time),
  health: written(oneOf(HEALTH_STATES)),
  /** When health last became Healthy for the deployed revision. */
  healthySince: optional(time),
  /** The last 10 revisions that ran here. */
  ran: optional(listBy(['revision'], stay)),
  /** Tests that gates of other environments ask of this one, for the last revisions. */
  tests: optional(list(testRun)),
  /** What gates that lead here asked of the outside, the newest answer to each. */
  measured: optional(listBy(['gate', 'revision'], measurement)),
  /** What CI says of the revisions that wait to come here, for the gate `ci`. */
  checks: optional(listBy(['revision'], commitChecks)),
  message: optional(string),
  conditions: optional(conditions),
  /** What we own in the namespace; an entry leaves when its deletion is confirmed. */
  inventory: optional(list(inventoryEntry)),
  /** What its hooks did for what is deployed, or is on its way. */
  runs: optional(list(appRun)),
  urls: optional(list(string)),
  /** In force: it was recorded when the environment was made, and changes as its other terms do. */
  promotionPolicy: optional(promotionPolicy),
  /** What a pilotage.yaml asks for, and what is not in force. */
  proposal: optional(proposal),
});

/** One branch in one namespace of one cluster. Name: `<delivery>.<environment>`. Namespace: PILOTAGE_NAMESPACE. */
export const ENVIRONMENT = {
  kind: 'Environment',
  plural: 'environments',
  shortName: 'penv',
  spec,
  status,
  columns: [
    ['Branch', '.spec.branch'],
    ['Target', '.spec.namespace'],
    ['Wanted', '.status.wantedRevision', 'string', 1],
    ['Deployed', '.status.deployedRevision', 'string', 1],
    ['Release', '.status.release', 'integer'],
    ['Sync', '.status.sync'],
    ['Phase', '.status.phase'],
    ['Health', '.status.health'],
    ['Message', '.status.message'],
  ],
} as const satisfies PilotageKind;
