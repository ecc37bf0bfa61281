/** A promise that is settled from outside; a rejection that is not awaited is not reported. */
export interface Deferred {
  readonly promise: Promise<void>;
  resolve(this: void): void;
  reject(this: void, error: unknown): void;
}

export function deferred(): Deferred {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
