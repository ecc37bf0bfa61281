import type { NotificationSink, NumberedEvent, ProgressSink, ProgressSource } from './progress.ts';

export interface ProgressHubOptions {
  /**
   * Id of the first event. A later hub has to start above every id of an earlier one, so that a reader of that one is told what it
   * missed: microseconds of the wall clock do, at less than a million events a second.
   */
  readonly firstId?: number;
  /** Events kept at most. */
  readonly events?: number;
  /** Bytes of JSON kept at most, by the length of the messages. */
  readonly bytes?: number;
}

/** Beside its message an event has names and numbers. */
const OVERHEAD_BYTES = 256;

/** Passes every event on to the sinks that are subscribed, and keeps the latest for readers that come back. */
export function createProgressHub({
  firstId = 1,
  events: mostEvents = 10_000,
  bytes: mostBytes = 4 * 2 ** 20,
}: ProgressHubOptions = {}): ProgressSink & ProgressSource {
  const sinks = new Set<NotificationSink>();
  /** Without gaps, oldest first. */
  let kept: (NumberedEvent | undefined)[] = [];
  /** Events of `kept` before this one have been dropped: only their places are left. */
  let start = 0;
  let bytes = 0;
  let lastId = firstId - 1;

  function keep(event: NumberedEvent): void {
    kept.push(event);
    bytes += sizeOf(event);
    while (kept.length - start > mostEvents || (bytes > mostBytes && kept.length - start > 1)) {
      const dropped = kept[start];
      if (dropped) bytes -= sizeOf(dropped);
      kept[start++] = undefined;
    }
    // The array is rebuilt rarely, not once for each event that is dropped.
    if (start > mostEvents) {
      kept = kept.slice(start);
      start = 0;
    }
  }

  return {
    publish(event) {
      const numbered = { id: ++lastId, ...event };
      keep(numbered);
      for (const sink of [...sinks]) {
        try {
          sink(numbered);
        } catch {
          // A sink that fails (a closed connection) loses its own report only.
          sinks.delete(sink);
        }
      }
    },
    subscribe(sink) {
      sinks.add(sink);
      return () => sinks.delete(sink);
    },
    lastId: () => lastId,
    after(id) {
      const oldest = kept[start]?.id ?? lastId + 1;
      // A reader of an earlier hub, or of one whose clock was ahead, has missed something that cannot be determined.
      if (id < oldest - 1 || id > lastId) return { missed: true, resumeAt: oldest - 1 };
      const event = kept[start + (id + 1 - oldest)];
      return { missed: false, ...(event ? { event } : {}) };
    },
  };
}

const sizeOf = ({ message }: NumberedEvent): number => OVERHEAD_BYTES + Buffer.byteLength(message);
