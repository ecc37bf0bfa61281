import { deepFreeze } from '../../kube/values/equal.ts';
import { apiVersionOf, type KubeObject } from '../../kube/values/types.ts';
import type { Change, Entry } from '../store/types.ts';
import type { Kind } from './kinds/kind.ts';
import type { ObjectEvent, Stored } from './types.ts';

/** Makes each view of an entry, and each event of a change, once: every reader and watcher shares them. */
export interface Views {
  of(kind: Kind, entry: Entry): Stored;
  event(kind: Kind, change: Change, type: ObjectEvent['type']): ObjectEvent;
  /** The synthetic ADDED that begins a watch. */
  initial(kind: Kind, entry: Entry): ObjectEvent;
}

export function createViews(): Views {
  const byEntry = new WeakMap<Entry, Map<string, Stored>>();
  const eventsByChange = new WeakMap<Change, Map<string, ObjectEvent>>();
  const initialByStored = new WeakMap<Stored, ObjectEvent>();

  const of = (kind: Kind, entry: Entry): Stored => {
    const apiVersion = apiVersionOf(kind);
    if (entry.object.apiVersion === apiVersion) return entry;
    return remember(byEntry, entry, apiVersion, () => draft(toServed(kind, entry.object)));
  };
  return {
    of,
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
      json ??= Buffer.from(JSON.stringify(object));
      return json;
    },
  };
}

export function toServed(kind: Kind, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(kind);
  if (object.apiVersion === apiVersion) return object;
  return kind.storage.toServed?.(object) ?? { ...object, apiVersion };
}

export function toStored(kind: Kind, object: KubeObject): KubeObject {
  const { apiVersion, toStored: convert } = kind.storage;
  if (object.apiVersion === apiVersion) return object;
  return convert?.(object) ?? { ...object, apiVersion };
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
