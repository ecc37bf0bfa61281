import type { Awaitable } from '../../base/awaitable.ts';
import { deepFreeze } from '../../kube/values/equal.ts';
import { stringifyJson } from '../../kube/values/json.ts';
import { apiVersionOf, type KubeObject } from '../../kube/values/types.ts';
import type { Change, Entry } from '../store/types.ts';
import type { Kind } from './kinds/kind.ts';
import type { ObjectEvent, Stored } from './types.ts';

/** Makes each view of an entry, and each event of a change, once: every reader and watcher shares them. */
export interface Views {
  /** The entry as the kind serves it. Where a webhook converts, `prepare` comes first. */
  of(kind: Kind, entry: Entry): Stored;
  /**
   * To be awaited before `of`, where it is a promise: a webhook converts entries that are stored in another version, all in one request.
   * @throws StatusError with what the webhook answers
   */
  prepare(kind: Kind, entries: readonly (Entry | undefined)[]): Awaitable<void>;
  event(kind: Kind, change: Change, type: ObjectEvent['type']): ObjectEvent;
  /** The synthetic ADDED that begins a watch. */
  initial(kind: Kind, entry: Entry): ObjectEvent;
}

export function createViews(): Views {
  const byEntry = new WeakMap<Entry, WeakMap<Kind, Stored>>();
  const eventsByChange = new WeakMap<Change, Map<string, ObjectEvent>>();
  const initialByStored = new WeakMap<Stored, ObjectEvent>();

  const known = (kind: Kind, entry: Entry): Stored | undefined => byEntry.get(entry)?.get(kind);
  const keep = (kind: Kind, entry: Entry, stored: Stored): Stored => {
    const views = byEntry.get(entry) ?? new WeakMap<Kind, Stored>();
    byEntry.set(entry, views.set(kind, stored));
    return stored;
  };
  const of = (kind: Kind, entry: Entry): Stored => {
    const { complete, convert } = kind.storage;
    const isServedAsStored = entry.object.apiVersion === apiVersionOf(kind);
    if (isServedAsStored && !complete) return entry;
    const made = known(kind, entry);
    if (made) return made;
    if (!isServedAsStored && convert)
      throw new Error(`${kind.plural} of ${entry.object.apiVersion} was not prepared to be read`);
    const object = toServed(kind, complete?.(entry.object) ?? entry.object);
    return keep(kind, entry, object === entry.object ? entry : draft(object));
  };
  const prepare = (kind: Kind, entries: readonly (Entry | undefined)[]): Awaitable<void> => {
    const { complete, convert } = kind.storage;
    if (!convert) return;
    const apiVersion = apiVersionOf(kind);
    const missing = [...new Set(entries)].filter(
      (entry): entry is Entry =>
        entry !== undefined && entry.object.apiVersion !== apiVersion && !known(kind, entry),
    );
    if (missing.length === 0) return;
    const objects = missing.map(({ object }) => complete?.(object) ?? object);
    return convert(objects, apiVersion).then((converted) => {
      for (const [i, entry] of missing.entries()) keep(kind, entry, draft(converted[i] ?? entry.object));
    });
  };
  return {
    of,
    prepare,
    event: (kind, change, type) =>
      remember(eventsByChange, change, `${type} ${apiVersionOf(kind)}`, () =>
        newEvent(type, storedOf(kind, change, type, of)),
      ),
    initial(kind, entry) {
      const stored = of(kind, entry);
      const known = initialByStored.get(stored) ?? newEvent('ADDED', stored);
      initialByStored.set(stored, known);
      return known;
    },
  };
}

/** An object that is not in the store: the outcome of a dry run, or a view. */
export function draft(object: KubeObject): Stored {
  let json: Buffer | undefined;
  return {
    object: deepFreeze(object),
    bytes: () => {
      json ??= Buffer.from(stringifyJson(object));
      return json;
    },
  };
}

function toServed(kind: Kind, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(kind);
  if (object.apiVersion === apiVersion) return object;
  return kind.storage.toServed?.(object) ?? { ...object, apiVersion };
}

export function toStored(kind: Kind, object: KubeObject): Awaitable<KubeObject> {
  const { apiVersion, toStored: change, convert } = kind.storage;
  if (object.apiVersion === apiVersion) return object;
  if (convert) return convert([object], apiVersion).then(([converted]) => converted ?? object);
  return change?.(object) ?? { ...object, apiVersion };
}

/** A watcher that sees only part of the objects gets DELETED with the object as it was last seen, at the new revision. */
function storedOf(kind: Kind, change: Change, type: ObjectEvent['type'], of: Views['of']): Stored {
  if (type !== 'DELETED' || change.type === 'delete' || !change.previous) return of(kind, change.entry);
  const { object } = of(kind, change.previous);
  const resourceVersion = String(change.revision);
  return draft({ ...object, metadata: { ...object.metadata, resourceVersion } });
}

const LINE_END = Buffer.from('}\n');

function newEvent(type: ObjectEvent['type'], stored: Stored): ObjectEvent {
  // Those who watch now share a line. Nobody may ever ask for it again, and its change is remembered for minutes.
  const buffers = new Map<string, WeakRef<Buffer>>();
  const whole = () => Buffer.concat([Buffer.from(`{"type":"${type}","object":`), stored.bytes(), LINE_END]);
  const event: ObjectEvent = {
    type,
    stored,
    bytes(representation = '', make = whole) {
      const known = buffers.get(representation)?.deref();
      if (known) return known;
      const made = make(event);
      buffers.set(representation, new WeakRef(made));
      return made;
    },
  };
  return event;
}

function remember<K extends object, V>(
  memory: WeakMap<K, Map<string, V>>,
  key: K,
  variant: string,
  make: () => V,
): V {
  const variants = memory.get(key) ?? new Map<string, V>();
  memory.set(key, variants);
  const known = variants.get(variant) ?? make();
  variants.set(variant, known);
  return known;
}
