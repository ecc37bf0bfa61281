/**
 * Ends connections so that no client sees a reset, although what stands in front is a layer-4 proxy that knows no HTTP:
 *
 * 1. For a second after SIGTERM go on answering, every response with `Connection: close`. Clients that keep their connections
 *    open take the hint and come back on a new one, which the proxy already sends to another pod.
 * 2. Then stop listening, close what is idle, and let what is under way finish.
 */
const HINT_MS = 1000;
/** Below terminationGracePeriodSeconds: what has not finished by then will be killed anyway. */
const PATIENCE_MS = 10_000;

export function createDrain(server) {
  let draining = false;
  return {
    draining: () => draining,
    begin(done) {
      if (draining) return;
      draining = true;
      setTimeout(() => {
        server.close(done);
        server.closeIdleConnections();
      }, HINT_MS);
      setTimeout(() => server.closeAllConnections(), PATIENCE_MS).unref();
    },
  };
}
