import { pooled } from '../../base/pooled.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { recordApply } from '../../kube/ownership/managedfields.ts';
import { applyDefaults } from '../../kube/rules/defaults.ts';
import { builtinSchema, type Schema } from '../../kube/schema/schema.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isConflict, isNotFound, notFoundAsUndefined, StatusError } from '../../kube/values/status.ts';
import { gvkOf, type KubeObject, type ObjectRef, type Resource } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { FIELD_MANAGER, type InventoryEntry } from '../../model/types.ts';
import { conflictsOf } from '../plan/conflicts.ts';
import { comparable } from '../plan/existing.ts';
import { givenUp, heldFields, namedFields, namesOf, withoutIgnored } from '../plan/ignored.ts';
import { isReplaced } from '../plan/marks.ts';
import { refKey } from '../plan/refkey.ts';
import type { Desired, Observation, Trial } from '../plan/types.ts';
import { writeOver } from './replace.ts';

/** Reads at the same time: enough to hide the latency of a remote server, few enough not to flood it. */
const CONCURRENCY = 16;
/** From this many objects of one resource in one namespace on, one list is cheaper than the reads. */
const LIST_FROM = 8;

/** The intent that was proved to agree with one revision of the live object. */
export interface Agreement {
  readonly intent: KubeObject;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export interface Gathered {
  /** `refKey` → what was found, for every desired object and every inventory entry. */
  readonly observed: ReadonlyMap<string, Observation>;
}

/**
 * The I/O before a plan: what is live, and what the server says of applying what is desired. Writes nothing.
 * What is proved to agree is remembered in `agreements`, which then are those of exactly these objects.
 */
export async function observe(
  client: KubeClient,
  desired: readonly Desired[],
  inventory: readonly InventoryEntry[],
  signal: AbortSignal,
  agreements: Map<string, Agreement> = new Map(),
): Promise<Gathered> {
  const live = await readLive(client, desired, inventory, signal);
  const observed = new Map<string, Observation>();
  for (const entry of inventory) observed.set(refKey(entry), found(live.get(refKey(entry))));
  await pooled(desired, CONCURRENCY, async (full) => {
    const key = refKey(full.ref);
    const object = live.get(key);
    const { one, marks } = leftToOthers(full, object);
    const isApplied = !isReplaced(full.object, full.ignore);
    if (
      isApplied &&
      marks.held === undefined &&
      object !== undefined &&
      (isKnown(agreements.get(key), one.object, object) || agrees(one.object, object))
    ) {
      agreements.set(key, agreementOf(one.object, object));
      observed.set(key, { live: object, trial: { outcome: 'same' }, ...marks });
      return;
    }
    agreements.delete(key);
    observed.set(key, {
      ...(await observeOne(client, one, object, signal, marks.held !== undefined)),
      ...marks,
    });
  });
  for (const key of agreements.keys()) if (!observed.has(key)) agreements.delete(key);
  return { observed };
}

type Marks = Pick<Observation, 'intent' | 'ignored' | 'held'>;

/** What is desired of an object that is there, without what is left to others of it. */
function leftToOthers(full: Desired, live: KubeObject | undefined): { one: Desired; marks: Marks } {
  const { object, ignore } = full;
  if (ignore === undefined || live === undefined) return { one: full, marks: {} };
  const intent = withoutIgnored(object, ignore, live);
  const held = namesOf(heldFields(live, ignore));
  const ignored = namedFields(object, ignore, live);
  return {
    one: { ...full, object: intent },
    marks: { intent, ignored, ...(held.length > 0 ? { held } : {}) },
  };
}

const agreementOf = (intent: KubeObject, { metadata }: KubeObject): Agreement => ({
  intent,
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
});

/** A rollout wakes an environment many times a second: what has not moved since the last look is not proved again. */
const isKnown = (agreement: Agreement | undefined, intent: KubeObject, { metadata }: KubeObject): boolean =>
  agreement !== undefined &&
  metadata.resourceVersion !== undefined &&
  agreement.resourceVersion === metadata.resourceVersion &&
  agreement.uid === metadata.uid &&
  deepEqual(agreement.intent, intent);

const found = (live: KubeObject | undefined): Observation => (live ? { live } : {});

/** `refKey` → the object, of those that are there. */
export const liveOf = (observed: Gathered['observed']): ReadonlyMap<string, KubeObject> =>
  new Map([...observed].flatMap(([key, { live }]) => (live ? [[key, live] as const] : [])));

async function readLive(
  client: KubeClient,
  desired: readonly Desired[],
  inventory: readonly InventoryEntry[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KubeObject>> {
  const wanted = new Map<string, { ref: ObjectRef; resource: Resource }>();
  for (const { ref, resource } of desired) wanted.set(refKey(ref), { ref, resource });
  for (const entry of inventory) {
    const resource = wanted.has(refKey(entry)) ? undefined : await client.resourceFor(entry);
    if (resource) wanted.set(refKey(entry), { ref: entry, resource });
  }
  const groups = new Map<string, { ref: ObjectRef; resource: Resource }[]>();
  for (const one of wanted.values()) {
    const { group, version, plural } = one.resource;
    const at = `${group}/${version}/${plural}/${one.ref.namespace ?? ''}`;
    groups.set(at, [...(groups.get(at) ?? []), one]);
  }
  const live = new Map<string, KubeObject>();
  const reads = [...groups.values()].flatMap((members) =>
    members.length >= LIST_FROM ? [listing(members)] : members.map(reading),
  );
  await pooled(reads, CONCURRENCY, async (read) => {
    for (const [key, object] of await read(client, signal)) live.set(key, object);
  });
  return live;
}

type Read = (client: KubeClient, signal: AbortSignal) => Promise<readonly (readonly [string, KubeObject])[]>;

const reading =
  ({ ref, resource }: { ref: ObjectRef; resource: Resource }): Read =>
  async (client, signal) => {
    // A kind that is not served (yet) holds no object either.
    const object = await client.get(resource, keyOf(ref), { signal }).catch(notFoundAsUndefined);
    return object ? [[refKey(ref), object]] : [];
  };

const listing =
  (members: readonly { ref: ObjectRef; resource: Resource }[]): Read =>
  async (client, signal) => {
    const [first] = members;
    if (first === undefined) return [];
    const { resource, ref } = first;
    const scope = ref.namespace ? { namespace: ref.namespace } : {};
    const list = await client.list(resource, { ...scope, signal });
    const wanted = new Map(members.map((member) => [member.ref.name, refKey(member.ref)]));
    return list.items.flatMap((item) => {
      const key = wanted.get(item.metadata.name ?? '');
      // Items of a list may leave their kind out (the list says it).
      const { kind } = resource;
      return key ? [[key, { ...item, apiVersion: ref.apiVersion, kind }] as const] : [];
    });
  };

export const keyOf = (ref: ObjectRef): { namespace?: string; name: string } => ({
  ...(ref.namespace ? { namespace: ref.namespace } : {}),
  name: ref.name,
});

/** So often is an object read again that somebody else writes meanwhile. */
const MOST_LOOKS = 3;

/**
 * What is live and what applying would make of it, both of one revision: a controller that writes between the two, such as that of a
 * Deployment while it rolls, would be taken for somebody who took its fields away.
 */
async function observeOne(
  client: KubeClient,
  desired: Desired,
  first: KubeObject | undefined,
  signal: AbortSignal,
  isHeld: boolean,
): Promise<Observation> {
  if (isHeld && first) {
    const trial = tryGivenUp(desired, first);
    return { live: first, ...(trial ? { trial } : {}) };
  }
  let live = first;
  for (let look = 1; ; look++) {
    const isLast = look === MOST_LOOKS;
    // Where an apply would be made on another revision, a PUT is refused.
    const trial = await tryApply(client, desired, live, signal).catch((error: unknown) => {
      if (isLast || !isConflict(error)) throw error;
      return 'moved' as const;
    });
    if (trial !== 'moved' && (isLast || !isOfAnother(trial, live)))
      return { ...found(live), ...(trial ? { trial } : {}) };
    live = await client.get(desired.resource, keyOf(desired.ref), { signal }).catch(notFoundAsUndefined);
  }
}

/**
 * What applying makes of an object once what is ignored of it is given up, which no dry run can be asked: it would delete these fields.
 * Unknown where only the server knows the schema.
 */
function tryGivenUp({ object, ignore }: Desired, live: KubeObject): Trial | undefined {
  const managedFields = givenUp(live, ignore);
  const schema = builtinSchema(gvkOf(live));
  if (managedFields === undefined || schema === undefined || live.apiVersion !== object.apiVersion)
    return undefined;
  const free = { ...live, metadata: { ...live.metadata, managedFields } };
  const outcome = applied(withRevisionOf(object, live), free, schema);
  return outcome.ok ? { outcome: 'differs', after: outcome.object } : undefined;
}

/** Whether a trial, which keeps the version of what it was made on, was made on another revision than this one. */
function isOfAnother(trial: Trial | undefined, live: KubeObject | undefined): boolean {
  const after = trial && 'after' in trial ? trial.after : undefined;
  return (
    after !== undefined && (after.metadata.resourceVersion || undefined) !== live?.metadata.resourceVersion
  );
}

/** What the server says of applying, as a dry run. */
async function tryApply(
  client: KubeClient,
  { resource, object, ignore }: Desired,
  live: KubeObject | undefined,
  signal: AbortSignal,
): Promise<Trial | undefined> {
  const intent = live === undefined ? object : withRevisionOf(object, live);
  const attempt = async (force: boolean) => {
    const how = { force, dryRun: true, signal };
    return live === undefined
      ? client.apply(resource, intent, { fieldManager: FIELD_MANAGER, ...how })
      : writeOver(client, resource, intent, live, { ...how, ignore });
  };
  try {
    return judge(await attempt(false), live, isReplaced(object, ignore));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const conflicts = conflictsOf(error);
    if (conflicts.length > 0) {
      const after = await attempt(true).catch(statusErrorAsUndefined);
      return { outcome: 'conflict', conflicts, ...(after ? { after } : {}) };
    }
    return refusal(error, live);
  }
}

function statusErrorAsUndefined(error: unknown): undefined {
  if (error instanceof StatusError) return undefined;
  throw error;
}

/** `isWhole`: it is written as a whole, and who holds which field is no matter. */
function judge(after: KubeObject, live: KubeObject | undefined, isWhole: boolean): Trial {
  const same =
    live !== undefined &&
    deepEqual(comparable(after), comparable(live)) &&
    (isWhole || deepEqual(owned(after), owned(live)));
  return same ? { outcome: 'same' } : { outcome: 'differs', after };
}

/** A refused dry run: of the object, of its immutable fields, or only because its namespace or kind is not there yet. */
function refusal(error: StatusError, live: KubeObject | undefined): Trial | undefined {
  if (isNotFound(error) && live === undefined) return undefined;
  if (error.reason !== 'Invalid' && error.reason !== 'BadRequest' && error.reason !== 'Forbidden')
    throw error;
  const causes = error.status.details?.causes ?? [];
  const fixed = causes.filter(({ message = '' }) =>
    /immutable|may not (be )?change|updates to .* are forbidden|cannot (be )?change/i.test(message),
  );
  // What is wrong in another way as well would not come up again after its deletion.
  if (live !== undefined && fixed.length > 0 && fixed.length === causes.length) {
    const fields = [...new Set(fixed.map(({ field = '' }) => field))];
    return { outcome: 'immutable', fields, message: error.message };
  }
  return { outcome: 'rejected', message: error.message };
}

/** Fields that already agree are proved so here, by the algorithm of the server (KEP-555), without a request. */
function agrees(object: KubeObject, live: KubeObject): boolean {
  const intent = withRevisionOf(object, live);
  const schema = builtinSchema(gvkOf(live));
  if (schema === undefined || live.apiVersion !== intent.apiVersion) return false;
  const outcome = applied(intent, live, schema);
  return outcome.ok && outcome.object === live;
}

const applied = (intent: KubeObject, live: KubeObject, schema: Schema) =>
  recordApply({
    live,
    applied: intent,
    manager: FIELD_MANAGER,
    force: false,
    time: '1970-01-01T00:00:00Z',
    schema,
    defaults: (object) => applyDefaults(schema, object),
  });

/**
 * The revision annotation names the commit that last changed the object, so an object that a commit leaves alone
 * keeps its annotation, and comparing must not see a difference in it.
 */
function withRevisionOf(object: KubeObject, live: KubeObject): KubeObject {
  const revision = live.metadata.annotations?.[ANNOTATIONS.revision];
  return revision === undefined ? object : withRevision(object, revision);
}

export const withRevision = (object: KubeObject, revision: string): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [ANNOTATIONS.revision]: revision },
  },
});

/** Our ownership, without its time stamps. */
const owned = (object: KubeObject): unknown =>
  object.metadata.managedFields
    ?.filter((entry) => entry.manager === FIELD_MANAGER && entry.operation === 'Apply')
    .map(({ fieldsV1 }) => fieldsV1);
