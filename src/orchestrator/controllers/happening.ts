import { keyOf } from '../../kube/client/cache.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { RecordEvent } from './context.ts';

/** What is told about an object by an event, in the words of Kubernetes. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export const normal = (reason: string, message: string): Happening => ({ type: 'Normal', reason, message });
export const warning = (reason: string, message: string): Happening => ({ type: 'Warning', reason, message });

/** Records what happens to objects, and does not repeat itself with every look at one. */
export interface Teller {
  /** Recorded unless the same was told of the object last; undefined: that is over, and would be news again. */
  tell(object: KubeObject, happening: Happening | undefined): void;
  /** The object with this key is gone. */
  forget(key: string): void;
}

export function createTeller(record: RecordEvent): Teller {
  /** What was told last, by the key of the object. */
  const told = new Map<string, string>();
  return {
    tell(object, happening) {
      const key = keyOf(object.metadata);
      if (!happening) {
        told.delete(key);
        return;
      }
      const { type, reason, message } = happening;
      const words = `${object.metadata.uid} ${reason} ${message}`;
      if (told.get(key) === words) return;
      told.set(key, words);
      record(object, type, reason, message);
    },
    forget: (key) => void told.delete(key),
  };
}
