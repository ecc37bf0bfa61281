import type { Awaitable } from '../../../base/awaitable.ts';
import type { User } from '../../../kube/client/client.ts';
import type { JsonObject, KubeObject } from '../../../kube/values/types.ts';
import type { Kind } from '../kinds/kind.ts';

/** What a write is about (`k8s.io/apiserver/pkg/admission` Attributes). */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly user: User;
  readonly kind: Kind;
  readonly subresource?: string;
  /** As it would be stored, in the version of the request; of a DELETE: as it is stored; of a CONNECT: the options (PodExecOptions). */
  readonly object: KubeObject;
  /** As it is stored; absent for a CREATE. */
  readonly live?: KubeObject;
  readonly dryRun: boolean;
  /** Of a CONNECT, whose options have none. */
  readonly name?: string;
  readonly namespace?: string;
  /** Says something to the author of the request, in the header `Warning`. */
  readonly warn?: (text: string) => void;
  /** Says something for the record of the request (an annotation of its audit event, whose key has the prefix of the plug-in). */
  readonly annotate?: (key: string, text: string) => void;
  /** What else was asked for, as in CreateOptions. */
  readonly options?: JsonObject;
  /** What the first round of mutating plug-ins has made: this is the second. */
  readonly firstRound?: KubeObject;
}

/**
 * A rule that a write must pass, or that changes what is written. Plug-ins refuse by throwing a StatusError, and may be asked
 * again about the same write when the object has changed meanwhile.
 */
export interface AdmissionPlugin {
  readonly name: string;
  /** Where it changes the object, all mutating plug-ins are asked once more. */
  readonly startsAnotherRound?: true;
  /**
   * Changes the object of a CREATE or UPDATE before the server adds its part; may wait. What it adds belongs to no field manager;
   * what it says of the metadata that the server keeps (name, uid, …) is ignored.
   */
  readonly mutate?: (attributes: AdmissionAttributes) => Awaitable<KubeObject>;
  /** Judges the object in its final form; may wait. */
  readonly validate?: (attributes: AdmissionAttributes) => Awaitable<void>;
  /**
   * Judges in the same turn of the event loop in which the write is staged: the place for rules about other objects, which may have
   * changed while a plug-in waited. Never waits.
   */
  readonly confirm?: (attributes: AdmissionAttributes) => void;
}
