import { createPipe } from '../../../base/pipe.ts';

/** The values of several sources as they come; each waits until its last value has been taken. Throws what one of them throws. */
export function merged<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const pipe = createPipe<T>({ costOf: () => 1, limit: 1 });
  async function drain(source: AsyncIterable<T>): Promise<void> {
    for await (const value of source) await pipe.push(value);
  }
  Promise.all(sources.map(drain)).then(
    () => pipe.end(),
    (error: Error) => pipe.fail(error),
  );
  return pipe.values();
}
