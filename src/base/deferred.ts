/** A promise that is settled from outside; a rejection that is not awaited is not reported. */
export interface Deferred<T = void> {
  readonly promise: Promise<T>;
  resolve(this: void, value: T): void;
  reject(this: void, error: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
