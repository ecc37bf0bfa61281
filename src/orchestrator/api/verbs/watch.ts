import { onAbort } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import { apiVersionOf } from '../../../kube/values/types.ts';
import { inTheFuture } from '../../store/failures.ts';
import type { Change, Watcher } from '../../store/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { type Kind, prefixOf } from '../kinds/kind.ts';
import { revisionOf } from '../listoptions.ts';
import type { Views } from '../stored.ts';
import type { BookmarkEvent, ObjectEvent, StoredEvent, StoredWatch, WatchRequest } from '../types.ts';
import { compileSelection, type Selects } from './selection.ts';

/** kube-apiserver bookmarks about once a minute, so that a quiet watch can resume after compaction. */
const BOOKMARK_INTERVAL_MS = 60_000;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

export async function watch(context: ApiContext, request: WatchRequest): Promise<StoredWatch> {
  const kind = servedKind(context, request, 'watch');
  await authorize(context, request, 'watch');
  const selects = compileSelection(kind, request);
  const { store, views, clock } = context;
  const after = revisionOf(request.resourceVersion);
  const prefix = prefixOf(kind, request.namespace);
  // A watch from "any version" has always begun with what is there (`SetListOptionsDefaults`).
  const withState = request.sendInitialEvents ?? after === 0;
  if (withState && after > store.revision) throw inTheFuture(after, store.revision);
  const from = withState || after === 0 ? store.revision : after;
  const watcher = store.watch(prefix, from);
  const backlog: StoredEvent[] = [];
  if (withState) {
    const entries = store.list(prefix);
    const waiting = views.prepare(kind, entries);
    if (waiting instanceof Promise) await waiting;
    for (const entry of entries) {
      const event = views.initial(kind, entry);
      if (!selects || selects(event.stored.object)) backlog.push(event);
    }
  }
  if (request.sendInitialEvents && request.allowWatchBookmarks) backlog.push(bookmark(kind, from, true));
  return new SelectedWatch({
    kind,
    views,
    clock,
    selects,
    watcher,
    backlog,
    request,
    revision: () => store.revision,
  });
}

interface Parts {
  readonly kind: Kind;
  readonly views: Views;
  readonly clock: Clock;
  readonly selects: Selects | undefined;
  readonly watcher: Watcher;
  readonly backlog: readonly StoredEvent[];
  readonly request: WatchRequest;
  readonly revision: () => number;
}

class SelectedWatch implements StoredWatch {
  readonly #parts: Parts;
  #backlog: readonly StoredEvent[];
  /** The revision up to which, when the timer fired, everything was delivered or buffered. */
  #bookmarkDue: number | undefined;
  #closed = false;
  readonly #cleanups: (() => void)[] = [];
  #cancelBookmark: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#backlog = parts.backlog;
    const { allowWatchBookmarks, timeoutSeconds, signal } = parts.request;
    if (allowWatchBookmarks) this.#scheduleBookmark();
    if (timeoutSeconds) this.#cleanups.push(parts.clock.after(timeoutSeconds * 1000, () => this.close()));
    if (signal) this.#closeOn(signal);
  }

  async next(): Promise<readonly StoredEvent[] | undefined> {
    if (this.#backlog.length > 0) {
      const events = this.#backlog;
      this.#backlog = [];
      return events;
    }
    for (;;) {
      const changes = await this.#parts.watcher.next();
      if (!changes) {
        this.close();
        return undefined;
      }
      const { views, kind } = this.#parts;
      const waiting = views.prepare(
        kind,
        changes.flatMap(({ entry, previous }) => [entry, previous]),
      );
      if (waiting instanceof Promise) await waiting;
      const events = this.#eventsOf(changes);
      if (events.length > 0) return events;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#backlog = [];
    this.#cancelBookmark();
    for (const cleanup of this.#cleanups) cleanup();
    this.#parts.watcher.close();
  }

  #eventsOf(changes: readonly Change[]): StoredEvent[] {
    const { kind, views, selects } = this.#parts;
    const events: StoredEvent[] = [];
    for (const change of changes) {
      const type = typeFor(change, kind, views, selects);
      if (type) events.push(views.event(kind, change, type));
    }
    if (this.#bookmarkDue !== undefined) {
      events.push(bookmark(kind, Math.max(this.#bookmarkDue, changes.at(-1)?.revision ?? 0), false));
      this.#bookmarkDue = undefined;
    }
    return events;
  }

  #scheduleBookmark(): void {
    this.#cancelBookmark = this.#parts.clock.after(BOOKMARK_INTERVAL_MS, () => {
      this.#bookmarkDue = this.#parts.revision();
      this.#parts.watcher.wake();
      this.#scheduleBookmark();
    });
  }

  #closeOn(signal: AbortSignal): void {
    this.#cleanups.push(onAbort(signal, () => this.close()));
  }
}

/** What a change is to who sees the selected objects only: coming into the selection is ADDED, leaving it DELETED. */
function typeFor(
  change: Change,
  kind: Kind,
  views: Views,
  selects: Selects | undefined,
): ObjectEvent['type'] | undefined {
  const seen = (entry: Change['previous']) =>
    entry !== undefined && (!selects || selects(views.of(kind, entry).object));
  const before = seen(change.previous);
  const now = change.type === 'put' && seen(change.entry);
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function bookmark(kind: Kind, revision: number, initialEventsEnd: boolean): BookmarkEvent {
  const annotations = initialEventsEnd ? { annotations: { [INITIAL_EVENTS_END]: 'true' } } : {};
  return {
    type: 'BOOKMARK',
    object: {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { resourceVersion: String(revision), ...annotations },
    },
  };
}
