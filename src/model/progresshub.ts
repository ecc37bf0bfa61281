import type { ProgressEvent, ProgressSink, ProgressSource } from './progress.ts';

/** Passes every event on to whoever listens at the moment; keeps nothing. A listener that throws does not harm the others. */
export function createProgressHub(): ProgressSink & ProgressSource {
  const listeners = new Set<(event: ProgressEvent) => void>();
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch {
          // Whoever cannot listen any more (a closed connection) loses its own report only.
          listeners.delete(listener);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
