import type { KubeClient, ListOptions, WatchEvent, WatchOptions } from '../../src/kube/client/client.ts';
import { statusError } from '../../src/kube/values/status.ts';
import type { KubeObject, Resource } from '../../src/kube/values/types.ts';

/** A server in memory for what only lists and watches: objects are put from outside, and the connection can be cut. */
export class ListWatchServer {
  /** Kinds of requests in their order: `list pods`, `watch pods@3`. */
  readonly requests: string[] = [];
  #revision = 1;
  #objects = new Map<string, KubeObject>();
  #log: { kind: string; revision: number; event: WatchEvent }[] = [];
  #compacted = 0;
  #wake = new Set<() => void>();
  #down: Error | undefined;
  readonly #refused = new Map<string, Error>();
  #connection = new AbortController();

  put<T extends KubeObject>(object: T): T {
    const key = keyOf(object.kind, object);
    const before = this.#objects.get(key);
    const uid = object.metadata.uid ?? before?.metadata.uid ?? `uid-${this.#revision + 1}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(++this.#revision) };
    const stored = { ...object, metadata };
    this.#objects.set(key, stored);
    this.#tell(object.kind, { type: before ? 'MODIFIED' : 'ADDED', object: stored });
    return stored;
  }

  remove(object: KubeObject): void {
    const key = keyOf(object.kind, object);
    const stored = this.#objects.get(key);
    if (!stored) return;
    this.#objects.delete(key);
    const metadata = { ...stored.metadata, resourceVersion: String(++this.#revision) };
    this.#tell(object.kind, { type: 'DELETED', object: { ...stored, metadata } });
  }

  /** Ends all watches with an error and refuses requests until up() is called. */
  down(error: Error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })): void {
    this.#down = error;
    this.#connection.abort(error);
  }

  up(): void {
    this.#down = undefined;
    this.#connection = new AbortController();
  }

  /** Answers lists of a kind so from now on, by its plural; undefined: as usual. */
  refuse(plural: string, error: Error | undefined): void {
    if (error) this.#refused.set(plural, error);
    else this.#refused.delete(plural);
  }

  /** Ends all watches as a server does whose time is over. */
  endWatches(): void {
    this.#connection.abort();
    this.#connection = new AbortController();
  }

  /** Forgets the history: watches from before fail with 410. */
  compact(): void {
    this.#compacted = this.#revision;
  }

  bookmark(kind: string): void {
    const object = { apiVersion: 'v1', kind, metadata: { resourceVersion: String(++this.#revision) } };
    this.#tell(kind, { type: 'BOOKMARK', object });
  }

  /** The part of the seam that informers use; patches are noted in `patches`, anything else is refused. */
  client(patches: unknown[] = []): KubeClient {
    const refuse = () => Promise.reject(statusError('MethodNotAllowed', 'not part of this fake'));
    return {
      version: refuse,
      resources: refuse,
      resourceFor: refuse,
      get: refuse,
      list: (resource, options) => this.#list(resource, options),
      watch: (resource, options) => this.#watch(resource, options),
      create: refuse,
      update: refuse,
      patch: (_resource, key, patch) => {
        patches.push({ ...key, ...patch });
        return refuse();
      },
      apply: refuse,
      delete: refuse,
      deleteCollection: refuse,
      logs: refuse,
      exec: refuse,
      portForward: refuse,
      as: () => this.client(patches),
    };
  }

  #tell(kind: string, event: WatchEvent): void {
    this.#log.push({ kind, revision: this.#revision, event });
    for (const wake of [...this.#wake]) wake();
  }

  async #list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}) {
    this.requests.push(`list ${resource.plural}`);
    const error = this.#down ?? this.#refused.get(resource.plural);
    if (error) throw error;
    const all = [...this.#objects.values()].filter((object) => object.kind === resource.kind);
    const start = Number(options.continue ?? 0);
    const end = start + (options.limit ?? all.length);
    const next = end < all.length ? { continue: String(end) } : {};
    const metadata = { resourceVersion: String(this.#revision), ...next };
    return {
      apiVersion: 'v1',
      kind: `${resource.kind}List`,
      metadata,
      items: all.slice(start, end) as unknown as T[],
    };
  }

  async *#watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>> {
    let seen = Number(options.resourceVersion ?? 0);
    this.requests.push(`watch ${resource.plural}@${seen}`);
    const connection = this.#connection.signal;
    if (this.#down) throw this.#down;
    if (seen < this.#compacted) throw statusError('Expired', 'too old resource version');
    while (!options.signal.aborted) {
      for (const { kind, revision, event } of this.#log) {
        if (revision <= seen) continue;
        seen = revision;
        if (kind === resource.kind) yield event as WatchEvent<T>;
      }
      if (this.#down) throw this.#down;
      if (connection.aborted) return;
      await this.#change([options.signal, connection]);
    }
  }

  #change(signals: readonly AbortSignal[]): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#wake.delete(wake);
        for (const signal of signals) signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake.add(wake);
      for (const signal of signals) signal.addEventListener('abort', wake);
      if (signals.some((signal) => signal.aborted)) wake();
    });
  }
}

const keyOf = (kind: string, { metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace}/${metadata.name}`;
