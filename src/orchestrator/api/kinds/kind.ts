import type { Clock } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import type { WebhookClientConfig } from '../../../kube/kinds/objects.data.ts';
import type { Paths } from '../../../kube/ownership/resetfields.ts';
import type { FieldError } from '../../../kube/values/fielderrors.ts';
import type { GroupVersionKind, Json, KubeObject } from '../../../kube/values/types.ts';
import type { LinkRequest } from '../../link/requests.ts';
import { collectionPrefix, prefixIn } from '../../store/keys.ts';
import type { Entry, Store } from '../../store/types.ts';
import type { TokenIssuer } from '../tokenissuer.ts';
import type {
  ConnectAnswer,
  ConnectOptions,
  DeleteParameters,
  ServedResource,
  SubresourceRow,
} from '../types.ts';

/** A row of the registry as the verbs see it: what is served, where it is stored, and what its kind does differently. */
export interface Kind extends ServedResource {
  readonly storage: Storage;
  readonly strategy: Strategy;
  readonly subresourceRows: readonly Subresource[];
}

/** Where the objects are, and in which version: several rows may be views of the same objects. */
export interface Storage {
  readonly group: string;
  readonly plural: string;
  readonly apiVersion: string;
  /** Between the stored and this row's version; left out: only apiVersion differs. */
  readonly toServed?: (object: KubeObject) => KubeObject;
  readonly toStored?: (object: KubeObject) => KubeObject;
  /** What a reader gets of a stored object that an older definition let in: pruned, with defaults, in its version. */
  readonly complete?: (object: KubeObject) => KubeObject;
  /** Instead of toServed and toStored, where a webhook converts. @throws StatusError */
  readonly convert?: Convert;
}

/** The objects in the order that they are given in, in that version; the same in their identity. */
export type Convert = (objects: readonly KubeObject[], apiVersion: string) => Promise<readonly KubeObject[]>;

/** POSTs a review to a webhook; rejects with an Error that says what went wrong. */
export type CallWebhook = (config: WebhookClientConfig, review: Json, seconds?: number) => Promise<Json>;

/** Where a kind differs from the common course of a write; every hook is a function from values to a value. */
export interface Strategy {
  /** status is written through its subresource only. */
  readonly status: boolean;
  /** metadata.generation counts the changes of the specification. */
  readonly generation: boolean;
  /** PUT creates what is not there (`AllowCreateOnUpdate`). */
  readonly createOnUpdate?: boolean;
  /** A create may bring the status along, although it is written through its subresource afterwards. */
  readonly createsStatus?: true;
  /** What becomes of the dependents when a deletion does not say (`DefaultGarbageCollectionPolicy`); left out: they go, too. */
  readonly propagation?: 'Orphan';
  /** PUT must name the version that it replaces (the negation of `AllowUnconditionalUpdate`). */
  readonly needsVersion?: boolean;
  /** What the server adds after metadata and defaults are set; it has no owner. */
  readonly prepareForCreate?: (object: KubeObject, world: World, user: User) => KubeObject;
  /** The same on a write to the main resource. */
  readonly prepareForUpdate?: (object: KubeObject, live: KubeObject, world: World) => KubeObject;
  /** The same on a write through a subresource. */
  readonly prepareForSubresource?: (object: KubeObject, live: KubeObject, world: World) => KubeObject;
  /** Rules that need more than the object: names taken, addresses out of range. */
  readonly validate?: (
    object: KubeObject,
    live: KubeObject | undefined,
    world: World,
    /** Through which the write came; absent for the main resource. */
    subresource: string | undefined,
  ) => readonly FieldError[];
  /** Seconds that a deletion leaves; default 0. */
  readonly graceSeconds?: (object: KubeObject, asked: number | undefined) => number;
  /** On the first deletion, before finalizers are looked at. */
  readonly prepareForDelete?: (object: KubeObject) => KubeObject;
  /** Keeps a marked object although metadata.finalizers is empty. */
  readonly holdsDeletion?: (object: KubeObject) => boolean;
  readonly expired?: Expiry;
  /** Refuses a create with this reason (a custom resource whose definition is going away). */
  readonly refusesCreates?: string;
  /** Why this very object is never deleted. */
  readonly refusesDeletion?: (object: KubeObject) => string | undefined;
}

/** Which of all objects of a kind the server deletes by itself at a time (ms since the epoch). */
export type Expiry = (entries: readonly Entry[], now: number) => readonly Entry[];

/** What is served below the path of an object, and what it does: a row of its kind. */
export type Subresource = ViewRow | ActionRow | ConnectRow;

/** Another way to look at the object: what is read of it, and what of a write through it takes effect. */
export interface View {
  readonly read: (object: KubeObject) => KubeObject;
  /** Never touches metadata that the server keeps; that is the common course of every update. */
  readonly write: (live: KubeObject, wanted: KubeObject) => KubeObject;
}

export interface ViewRow extends SubresourceRow, View {
  readonly type: 'view';
  /** Server-side apply works here. */
  readonly applies?: true;
  /** Paths that a write here never takes, so that no manager comes to own them through it (`GetResetFields`). */
  readonly resets?: Paths;
}

/** POST of an object of the row's kind does something to the object. */
export interface ActionRow extends SubresourceRow {
  readonly type: 'action';
  /** Decided on the live object, and decided again when that has changed. @throws StatusError for a refusal */
  readonly act: (live: KubeObject, body: KubeObject, world: World) => Effect;
  /** What is written to another object first. @throws StatusError for a refusal */
  readonly before?: (live: KubeObject, body: KubeObject, world: World) => Companion | undefined;
}

/** Another object of the same namespace that an action changes before its own. */
export interface Companion {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly name: string;
  /** Decided on its latest state. @throws StatusError for a refusal, which is that of the action */
  readonly change: (live: KubeObject) => KubeObject;
}

export type Effect =
  /** The object, made out of the live one, is written as it is; this is no change of its specification: no generation is counted. */
  | { readonly type: 'update'; readonly object: KubeObject }
  /** `object` is what is marked: it keeps its changes. */
  | { readonly type: 'delete'; readonly object: KubeObject; readonly parameters: DeleteParameters }
  /** Nothing is written: the action is a question, and this the answer. */
  | { readonly type: 'answer'; readonly object: KubeObject };

/** A stream to the node of the object. */
export interface ConnectRow extends SubresourceRow {
  readonly type: 'connect';
  readonly answer: ConnectAnswer;
  /** The object's name in that of the request, which may say more (`web:80`). Default: the same. @throws StatusError */
  readonly objectName?: (id: string) => string;
  /** `id`: the name in the request. @throws StatusError when there is nothing to connect to */
  readonly connect: (object: KubeObject, options: ConnectOptions, world: World, id: string) => Connection;
}

export interface Connection {
  readonly node: string;
  readonly request: LinkRequest;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface NodePortRange extends PortRange {
  /** The part that is given out before the rest: two clusters of one machine each have their own. */
  readonly own?: PortRange;
}

/** What a hook may look at; never write. */
export interface World {
  readonly store: Store;
  readonly clock: Clock;
  /** An integer in [0, n). */
  readonly random: (n: number) => number;
  /** `10.96.0.0/16`: where cluster IPs are taken from. */
  readonly serviceCidr: string;
  readonly nodePorts: NodePortRange;
  readonly kinds: { all(): readonly Kind[] };
  /** Absent where no key for tokens of service accounts is held. */
  readonly tokenIssuer?: TokenIssuer;
}

/** What is written at an endpoint of the kind. */
export const rowKind = (
  kind: GroupVersionKind & Pick<ServedResource, 'subresourceRows'>,
  subresource: string | undefined,
): GroupVersionKind => kind.subresourceRows.find(({ name }) => name === subresource)?.kind ?? kind;

export function keyOf(kind: Kind, namespace: string | undefined, name: string): string {
  return prefixOf(kind, namespace) + name;
}

export function prefixOf({ storage, namespaced }: Kind, namespace: string | undefined): string {
  return prefixIn(storage.group, storage.plural, namespaced ? namespace : undefined);
}

export const namespaceKey = (name: string): string => `${collectionPrefix('', 'namespaces')}${name}`;
