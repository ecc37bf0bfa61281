/**
 * What the verb layer offers to its faces (in process, HTTP): requests in, stored objects with their cached JSON out.
 * Every method authorizes the user, then rejects with StatusError exactly as a Kubernetes API server would answer.
 */

import type { Readable } from 'node:stream';
import type { Awaitable } from '../../base/awaitable.ts';
import type { DeleteOptions, DiscoveredResource, LogOptions, Patch, User } from '../../kube/client/client.ts';
import type { FieldReader } from '../../kube/kinds/row.ts';
import type { Schema } from '../../kube/schema/schema.ts';
import type { RepeatedKeys } from '../../kube/values/repeatedkeys.ts';
import type { Status } from '../../kube/values/status.ts';
import type { GroupVersionKind, Json, KubeObject } from '../../kube/values/types.ts';
import type { RepeatedLine } from '../../kube/values/yaml-places.ts';
import type { LinkRequest, RequestKind, RequestOf, ResultOf } from '../link/requests.ts';
import type { LinkStream } from '../link/stream.ts';
import type { Attributes, Decision, RequestVerb, RulesFound } from './authorization.ts';
import type { Column } from './kinds/columns.ts';
import type { ServerVersion } from './version.ts';

/** One object at one revision, in the version that was asked for. Deep-frozen; shared by every reader. */
export interface Stored<T extends KubeObject = KubeObject> {
  readonly object: T;
  /** JSON with apiVersion and kind, made once. Never mutate. */
  bytes(): Buffer;
}

export interface StoredList {
  readonly resourceVersion: string;
  /** Present when `limit` cut the list. */
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly items: readonly Stored[];
}

export interface ObjectEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly stored: Stored;
  /**
   * The event as a line of a watch answer. `representation` names what `make` makes of it (`''`: the object itself,
   * `make` left out); watchers that ask for the same share one buffer, newline included.
   */
  bytes(representation?: string, make?: (event: ObjectEvent) => Buffer): Buffer;
}

export interface BookmarkEvent {
  readonly type: 'BOOKMARK';
  /** apiVersion, kind, metadata.resourceVersion, and the annotation `k8s.io/initial-events-end` where it says so (KEP-3157). */
  readonly object: KubeObject;
}

export type StoredEvent = ObjectEvent | BookmarkEvent;

export interface StoredWatch {
  /**
   * All events that wait, at least one; undefined when the watch has ended (signal, time-out, or dropped because it was
   * too slow: watch again from the last version). Rejects with StatusError Expired or InternalError when it failed.
   */
  next(): Promise<readonly StoredEvent[] | undefined>;
  close(): void;
}

/** Names what a request is about: `resource` is a row of `Api.kinds`. */
export interface Target {
  readonly user: User;
  readonly resource: ServedResource;
  /** Absent for cluster-scoped resources, and for a list or watch over all namespaces. */
  readonly namespace?: string;
}

export interface ItemTarget extends Target {
  readonly name: string;
  readonly subresource?: string;
}

export interface ListRequest extends Target {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface WatchRequest extends Omit<ListRequest, 'limit' | 'continue'> {
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface WriteParameters {
  readonly dryRun?: boolean;
  /** Default: what the face derives from the user agent; '' is refused by apply. */
  readonly fieldManager?: string;
  /** Default Warn over HTTP, Strict in process: the face says. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly onWarning?: (text: string) => void;
  /** What is to be in the record of the request. */
  readonly onAnnotation?: (key: string, text: string) => void;
  /** How the body was read; absent: it never was text. */
  readonly reading?: BodyReading;
  /** Lets others be answered between two steps of a long write, none of which can be divided; absent: by the time that it has taken. */
  readonly pause?: () => Awaitable<void>;
}

/** What the text of a body holds that its value does not: keys that were given more than once. */
export type BodyReading =
  | { readonly type: 'json' | 'patch'; readonly keys?: RepeatedKeys }
  | { readonly type: 'yaml'; readonly lines: readonly RepeatedLine[] };

export interface CreateRequest extends Target, WriteParameters {
  readonly body: Json;
  /** With a subresource (`binding`, `eviction`) the name of its parent is required. */
  readonly name?: string;
  readonly subresource?: string;
}
export interface UpdateRequest extends ItemTarget, WriteParameters {
  readonly body: Json;
}
export interface PatchRequest extends ItemTarget, WriteParameters {
  readonly patch: Patch;
}
export interface ApplyRequest extends ItemTarget, WriteParameters {
  readonly fieldManager: string;
  readonly body: Json;
  readonly force?: boolean;
}

export interface DeleteParameters
  extends Omit<DeleteOptions, 'signal'>,
    Pick<WriteParameters, 'onAnnotation'> {
  readonly onWarning?: (text: string) => void;
}
export interface DeleteRequest extends ItemTarget, DeleteParameters {}
export interface DeleteCollectionRequest extends Target, DeleteParameters {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** What a client asks of a stream, beside its object: query parameters of `log`, `exec` and `attach`, the port of the others. */
export interface ConnectOptions extends Omit<LogOptions, 'signal'> {
  readonly command?: readonly string[];
  readonly stdin?: boolean;
  readonly tty?: boolean;
  readonly port?: number;
}

/** A stream through a subresource (`log`). */
export interface ConnectRequest extends ItemTarget, LogOptions {
  readonly subresource: string;
}

/** Streams through a subresource of an object, in both directions (`exec`, `portforward`, `proxy`). */
export interface DialRequest extends ItemTarget {
  readonly subresource: string;
  /** By the method of the request: asked of the authorizer. */
  readonly verb: RequestVerb;
}

/** Opens one stream to what was asked for. Rejects with StatusError; aborting cancels what has begun. */
export type Dial = (options: ConnectOptions, signal?: AbortSignal) => Promise<LinkStream>;

/** `resource` is a row of `kinds/metrics.ts`. */
export interface MetricsRequest extends Target {
  /** Absent: of all. */
  readonly name?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly signal: AbortSignal;
}

export interface Written {
  readonly stored: Stored;
  /** True for a create, and for an apply or update that created: HTTP 201. */
  readonly created: boolean;
}

export type Deleted =
  /** Gone; the body of the answer is `status`. */
  | { readonly type: 'gone'; readonly status: Status }
  /** Marked: finalizers or a grace period keep it. */
  | { readonly type: 'marked'; readonly stored: Stored };

export interface Api {
  readonly version: ServerVersion;
  readonly kinds: KindRegistry;
  /** Names missing in the request are checked by the verbs; a namespaced row without namespace is BadRequest except for list and watch. */
  get(request: ItemTarget): Promise<Stored>;
  list(request: ListRequest): Promise<StoredList>;
  watch(request: WatchRequest): Promise<StoredWatch>;
  create(request: CreateRequest): Promise<Written>;
  update(request: UpdateRequest): Promise<Written>;
  patch(request: PatchRequest): Promise<Written>;
  apply(request: ApplyRequest): Promise<Written>;
  delete(request: DeleteRequest): Promise<Deleted>;
  deleteCollection(request: DeleteCollectionRequest): Promise<StoredList>;
  connect(request: ConnectRequest): Promise<Readable>;
  /** Resolves once the user may, the object is there, and its node is connected. */
  dial(request: DialRequest): Promise<Dial>;
  /** What pods or nodes use now. */
  metrics(request: MetricsRequest): Promise<readonly Stored[]>;
  /** The decision alone: SelfSubjectAccessReview, impersonation, paths that are no resource. */
  authorize(user: User, attributes: Attributes): Awaitable<Decision>;
  /** What rules say of a user, in a namespace and at the cluster scope: SelfSubjectRulesReview. */
  rulesFor(user: User, namespace: string): Awaitable<RulesFound>;
}

/** One resource that is served: everything that discovery, OpenAPI, tables and routes need to know of it. */
export interface ServedResource extends DiscoveredResource {
  readonly listKind: string;
  /** The short names of `subresources`, with what each accepts. */
  readonly subresourceRows: readonly SubresourceRow[];
  /** undefined: the kind accepts anything (a custom resource without schema). */
  schema(): Schema | undefined;
  /** What `kubectl get` prints of a built-in kind. */
  readonly table?: readonly Column[];
  /** Printer columns of a custom resource. */
  readonly columns?: readonly PrinterColumn[];
  /** The apiVersion in which its objects are stored. */
  readonly storedVersion: string;
  /** A custom resource: no strategic merge patches. */
  readonly custom: boolean;
  /** Changes when the row's content does (CRD updates): a cache key. */
  readonly hash: string;
  /** Fields of a custom resource that it may be selected by, beside its name and namespace. */
  readonly selectable?: Readonly<Record<string, FieldReader>>;
  /** Said to everybody who uses the resource, in the header `Warning`. */
  readonly warning?: string;
  /** The published openAPIV3Schema of a custom resource, as written. */
  readonly openAPIV3Schema?: Json;
}

export interface SubresourceRow {
  /** A way to look at the object, something to do to it, or a stream to its node (`kinds/subresource.ts`). */
  readonly type: 'view' | 'action' | 'connect';
  readonly name: string;
  readonly verbs: readonly RequestVerb[];
  /** Of `connect`: how the client is served. */
  readonly answer?: ConnectAnswer;
  /** What is read and written there, where it is not the parent's kind (Scale, Binding, Eviction). */
  readonly kind?: GroupVersionKind;
  /** What `kubectl get` prints of that kind. */
  readonly columns?: readonly Column[];
}

/** Bytes of one direction; the streams of a command; connections to ports; HTTP passed on. */
export type ConnectAnswer = 'log' | 'command' | 'portForward' | 'proxy';

/** `additionalPrinterColumns` of a CustomResourceDefinition version. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly jsonPath: string;
  readonly priority?: number;
}

export interface KindRegistry {
  /** Ordered by group, then version preference, then plural. */
  all(): readonly ServedResource[];
  find(group: string, version: string, plural: string): ServedResource | undefined;
  findKind(gvk: GroupVersionKind): ServedResource | undefined;
  /** Rises with every change: a cache key for discovery and OpenAPI documents. */
  readonly generation: number;
  /** Told after custom resources have come, changed or gone; the returned function stops that. */
  onChange(listener: () => void): () => void;
}

/**
 * The way to a node's agent (`orchestrator/link/`). Each method resolves when the agent has accepted the request, and rejects with StatusError
 * when it refuses or cannot be reached; aborting cancels what has begun.
 */
export interface NodeConnection {
  /** A stream in both directions. What goes wrong later is a StreamError. */
  open(request: LinkRequest, signal?: AbortSignal): Promise<LinkStream>;
  /** The standard output of a stream. What goes wrong later is a StatusError of the Readable. */
  read(request: LinkRequest, signal?: AbortSignal): Promise<Readable>;
  /** What a stream ends with. */
  ask<K extends RequestKind>(request: RequestOf<K>, signal?: AbortSignal): Promise<ResultOf<K>>;
}

/** undefined: no agent of that name is connected. */
export type NodeConnections = (node: string) => NodeConnection | undefined;
