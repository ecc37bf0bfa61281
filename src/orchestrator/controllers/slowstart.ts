/**
 * Runs `count` tasks in batches of 1, 2, 4 …, each batch at once, and stops after the first batch in which one fails: a full
 * quota or a broken template costs one request, not hundreds (Kubernetes `replica_set.go` slowStartBatch).
 * Returns the first error, undefined when all succeeded.
 */
export async function slowStart(count: number, task: () => Promise<void>): Promise<unknown> {
  let left = count;
  for (let batch = Math.min(1, left); batch > 0; batch = Math.min(2 * batch, left)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, task));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) return failure.reason;
    left -= batch;
  }
  return undefined;
}

/** The same, a task for each item. */
export function slowStartEach<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<unknown> {
  const left = items.values();
  return slowStart(items.length, async () => {
    const { value, done } = left.next();
    if (!done) await task(value);
  });
}
