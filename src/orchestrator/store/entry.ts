import { deepFreeze } from '../../kube/values/equal.ts';
import { parseJson, stringifyJson } from '../../kube/values/json.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { Entry } from './types.ts';

/** A new revision of an object: resourceVersion is set, and the JSON is serialized now because the log needs it at once. */
export function newEntry(key: string, revision: number, object: KubeObject): Entry {
  const resourceVersion = String(revision);
  const stamped = deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion } });
  const json = ownBuffer(stringifyJson(stamped));
  return { key, revision, object: stamped, bytes: () => json };
}

/** An entry read back: parsed once, here. */
export function storedEntry(key: string, revision: number, json: Buffer): Entry {
  const object = parseJson(json.toString('utf8')) as KubeObject;
  return { key, revision, object: deepFreeze(object), bytes: () => json };
}

/**
 * A buffer with its own memory. `Buffer.from` allocates small ones from slabs of 8 KiB that they share with short-lived buffers;
 * an entry lives for minutes and would retain the whole slab.
 */
function ownBuffer(text: string): Buffer {
  const buffer = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  buffer.write(text);
  return buffer;
}
