/** math.Pow(10, places) by Go's own steps: JavaScript's differs in the last bit where the result is not exact. */
export function powerOfTen(places: bigint): number {
  let [power, exponent] = [1, 0];
  // 10 is 0.625 × 2^4.
  let [square, squareExponent] = [0.625, 4];
  for (let rest = places < 0n ? -places : places; rest !== 0n; rest >>= 1n) {
    if (squareExponent > MAX_EXPONENT) {
      exponent += squareExponent;
      break;
    }
    if (rest & 1n) {
      power *= square;
      exponent += squareExponent;
    }
    square *= square;
    squareExponent *= 2;
    if (square < 0.5) {
      square += square;
      squareExponent -= 1;
    }
  }
  return places < 0n ? scale(1 / power, -exponent) : scale(power, exponent);
}

const MAX_EXPONENT = 4096;

/** math.Ldexp: in two steps, for a power of two by itself may be out of range where the result is not. */
function scale(fraction: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return fraction * 2 ** half * 2 ** (exponent - half);
}
