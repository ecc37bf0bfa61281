/** A small reproducible source of integers in [0, n): a failing property names its seed by the test that holds it. */
export function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor(state / 65536) % n;
  };
}
