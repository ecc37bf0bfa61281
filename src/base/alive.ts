const LONG_MS = 2 ** 30;

/** Keeps the process alive until the returned function is called: a timer of the clock does not. */
export function stayAlive(): () => void {
  const timer = setInterval(() => undefined, LONG_MS);
  return () => clearInterval(timer);
}
