/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** `next` of a value: in the same turn of the event loop when the value is there, later when it is a promise. */
export function after<A, B>(value: Awaitable<A>, next: (value: A) => Awaitable<B>): Awaitable<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
