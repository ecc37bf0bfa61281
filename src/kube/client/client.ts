import type { Duplex, Readable, Writable } from 'node:stream';
import type { JsonPatchOperation } from '../patch/jsonpatch.ts';
import type { Status } from '../values/status.ts';
import type { Json, KubeList, KubeObject, Resource } from '../values/types.ts';

/**
 * The one seam. Everything that acts on a cluster acts through this, and cannot tell whether the API server
 * is in this process (`orchestrator/api`) or behind a kubeconfig (`remote.ts`). Values in and out are plain JSON;
 * what comes out is deeply read-only (frozen under test): copy to change.
 *
 * Failures of the API reject with StatusError; failures of the transport with the system's error.
 * `test/contract/` is the definition of the behaviour and runs against every implementation.
 */
export interface KubeClient {
  /** The release of the server, as `gitVersion` of its `/version`: `v1.35.0`, `v1.34.2-gke.1`, `v1.33.1+k3s1`. */
  version(): Promise<string>;
  /** Everything the server serves (discovery), subresources left out. Cached; `refresh` asks again. */
  resources(options?: { refresh?: boolean }): Promise<readonly DiscoveredResource[]>;
  /** The row for a kind, asking the server again once when it is unknown; undefined where it stays unknown. */
  resourceFor(gvk: { apiVersion: string; kind: string }): Promise<DiscoveredResource | undefined>;

  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: GetOptions): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  /**
   * Events after `resourceVersion` ('' or absent: synthetic ADDED for all that is, then changes), until the signal aborts
   * (ends without error), the server ends it (ends without error: watch again from the last version) or it fails
   * (throws; isExpired() → list again). BOOKMARK events carry an object with only metadata.resourceVersion.
   */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;

  create<T extends KubeObject>(
    resource: Resource<T>,
    object: KubeObject,
    options?: WriteOptions & Scope,
  ): Promise<T>;
  update<T extends KubeObject>(resource: Resource<T>, object: KubeObject, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>;
  /** Server-side apply (KEP-555): `object` is the whole intent of `fieldManager`. */
  apply<T extends KubeObject>(resource: Resource<T>, object: KubeObject, options: ApplyOptions): Promise<T>;
  /** The object as deletion left it (finalizers, grace period), or the Success status when it is gone. */
  delete<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options?: DeleteOptions,
  ): Promise<T | Status>;
  deleteCollection<T extends KubeObject>(
    resource: Resource<T>,
    options?: DeleteOptions & Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
  ): Promise<void>;

  /** The raw bytes of a container's log. Ends with the log, or with the signal. */
  logs(key: ObjectKey, options?: LogOptions): Promise<Readable>;
  /** Runs a command in a container; resolves with its exit status. */
  exec(key: ObjectKey, options: ExecOptions): Promise<ExecResult>;
  /** A byte stream to a port of a pod. */
  portForward(key: ObjectKey, port: number): Promise<Duplex>;

  /** The same server seen as somebody else: admission and authorization apply as for that user. */
  as(user: User): KubeClient;
}

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  /** As in authentication.k8s.io UserInfo. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface DiscoveredResource extends Resource {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** Names of the subresources: `status`, `scale`, `log`. */
  readonly subresources: readonly string[];
}

export interface ObjectKey {
  /** Required for a namespaced resource, absent for a cluster-scoped one. */
  readonly namespace?: string;
  readonly name: string;
}

interface Scope {
  /** Where to create; the object's own namespace must be absent or equal. */
  readonly namespace?: string;
}

export interface GetOptions {
  /** `status`, `scale` … */
  readonly subresource?: string;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Kubernetes' selector notation: `app=web,tier in (a,b)`. */
  readonly labelSelector?: string;
  /** `metadata.name=web`, `spec.nodeName=n1`. */
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly signal?: AbortSignal;
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue'> {
  /** Default true. */
  readonly allowWatchBookmarks?: boolean;
  /** KEP-3157: synthetic ADDED events, then a bookmark annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly signal: AbortSignal;
}

export type WatchEvent<T extends KubeObject = KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject };

export interface WriteOptions {
  readonly subresource?: string;
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** Default Strict for our own writes: an unknown or duplicate field is an error, never dropped silently. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Called with each warning the server sends. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields over from other managers instead of failing with Conflict. */
  readonly force?: boolean;
}

export type Patch =
  | { readonly type: 'json'; readonly body: readonly JsonPatchOperation[] }
  | { readonly type: 'merge'; readonly body: Json }
  | { readonly type: 'strategic'; readonly body: Json };

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface LogOptions {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ExecOptions {
  readonly container?: string;
  readonly command: readonly string[];
  readonly tty?: boolean;
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly signal?: AbortSignal;
}

export type ExecResult =
  | { readonly exitCode: number }
  /** The command could not be run at all. */
  | { readonly exitCode: undefined; readonly message: string };
