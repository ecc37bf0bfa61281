/**
 * The objects of `pilotage.dev/v1alpha1`, as types and resources. They live in the home cluster, which is the built-in one unless `up` was
 * given another. Delivery is written by people (or by a first push), users, tokens, roles and grants by administrators; the others by Pilotage.
 * Each is described in a file of `kinds/`, which its definition and its type follow from.
 */
import type { inventoryEntry, notifyRule, promotionPolicy, terms } from './kinds/common.ts';
import { type advance, DELIVERY, type previewRecord } from './kinds/delivery.ts';
import { DELIVERY_ROLE } from './kinds/deliveryrole.ts';
import {
  type adoption,
  ENVIRONMENT,
  type HEALTH_STATES,
  type PHASES,
  type preview,
  type proposal,
  type SYNC_STATES,
} from './kinds/environment.ts';
import type { commitChecks, hold, measurement, stay, testRun } from './kinds/gaterecords.ts';
import type { appRun, HOOK_PHASES, hookRecord } from './kinds/hookrun.ts';
import {
  type ObjectOfKind,
  PILOTAGE_GROUP,
  PILOTAGE_VERSION,
  resourceOf,
  type SpecOf,
  type StatusOf,
} from './kinds/kind.ts';
import { type approval, type gateState, PROMOTION } from './kinds/promotion.ts';
import { type healedDrift, RELEASE } from './kinds/release.ts';
import { ROLE_GRANT } from './kinds/rolegrant.ts';
import type { Infer } from './kinds/shape.ts';
import { TOKEN } from './kinds/token.ts';
import { USER } from './kinds/user.ts';

export { HEALTH_STATES, PHASES, SYNC_STATES } from './kinds/environment.ts';
export { PILOTAGE_GROUP, PILOTAGE_VERSION } from './kinds/kind.ts';

export const PILOTAGE_API_VERSION = `${PILOTAGE_GROUP}/${PILOTAGE_VERSION}`;
/** Server-side-apply manager of everything that sync writes into an environment. */
export const FIELD_MANAGER = 'pilotage';
/** Holds an Environment until what it delivered is gone, or is let go of. */
export const TEARDOWN_FINALIZER = `${PILOTAGE_GROUP}/teardown`;
/** Namespace of the home cluster that holds the objects. */
export const PILOTAGE_NAMESPACE = 'pilotage';

export const DELIVERIES = resourceOf<Delivery>(DELIVERY);
export const ENVIRONMENTS = resourceOf<Environment>(ENVIRONMENT);
export const RELEASES = resourceOf<Release>(RELEASE);
export const PROMOTIONS = resourceOf<Promotion>(PROMOTION);
export const USERS = resourceOf<UserObject>(USER);
export const TOKENS = resourceOf<Token>(TOKEN);
export const DELIVERY_ROLES = resourceOf<DeliveryRole>(DELIVERY_ROLE);
export const ROLE_GRANTS = resourceOf<RoleGrant>(ROLE_GRANT);

export type SyncState = (typeof SYNC_STATES)[number];
export type Phase = (typeof PHASES)[number];
export type HealthState = (typeof HEALTH_STATES)[number];

export type Delivery = ObjectOfKind<typeof DELIVERY>;
export type Environment = ObjectOfKind<typeof ENVIRONMENT>;
export type Release = ObjectOfKind<typeof RELEASE>;
export type Promotion = ObjectOfKind<typeof PROMOTION>;
/** A User as an object; who a request is from is `model/user.ts`. */
export type UserObject = ObjectOfKind<typeof USER>;
export type Token = ObjectOfKind<typeof TOKEN>;
export type DeliveryRole = ObjectOfKind<typeof DELIVERY_ROLE>;
export type RoleGrant = ObjectOfKind<typeof ROLE_GRANT>;

export type EnvironmentSpec = SpecOf<typeof ENVIRONMENT>;
export type EnvironmentStatus = StatusOf<typeof ENVIRONMENT>;

/** A commit that left environments as they were. */
export type Advance = Infer<typeof advance>;

/** What an environment of a branch is, and how long it stays. */
export type PreviewTerms = Infer<typeof preview>;
export type PreviewRecord = Infer<typeof previewRecord>;

/** What is agreed about an environment, and changes only through its own gates or by a person's word. */
export type Terms = Infer<typeof terms>;
/** What one channel is told of an environment. */
export type NotifyRule = Infer<typeof notifyRule>;
/** Terms that a pilotage.yaml asks for and that are not in force. */
export type Proposal = Infer<typeof proposal>;
/** Bound to the object that was there when the word was given, by its UID. */
export type Adoption = Infer<typeof adoption>;
export type HookPhase = (typeof HOOK_PHASES)[number];
/** One hook in one phase of a run. */
export type HookRecord = Infer<typeof hookRecord>;
/** The deployment of one app that its hooks belong to. */
export type AppRun = Infer<typeof appRun>;
/** A person's word that nothing is promoted to an environment for now. */
export type Hold = Infer<typeof hold>;
/** How long a revision has been what is deployed. */
export type Stay = Infer<typeof stay>;
/** One test of a chart, run for one revision. */
export type TestRun = Infer<typeof testRun>;
/** What was measured outside for one gate. */
export type Measurement = Infer<typeof measurement>;
export type CommitChecks = Infer<typeof commitChecks>;
export type InventoryEntry = Infer<typeof inventoryEntry>;
/** A change that was made in the cluster instead of in git, and that was set back. */
export type HealedDrift = Infer<typeof healedDrift>;
export type PromotionPolicy = Infer<typeof promotionPolicy>;
export type GateState = Infer<typeof gateState>;
/** A person's word for one revision. */
export type Approval = Infer<typeof approval>;
