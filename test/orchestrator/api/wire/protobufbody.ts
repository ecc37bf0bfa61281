/** The smallest writer that makes the messages readable: `[number, value]`, a list nests, a number is a varint. */
export type Part = readonly [number: number, value: string | number | readonly Part[]];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function encode(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
      const bytes = typeof value === 'string' ? Buffer.from(value) : encode(value);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

export function body(apiVersion: string, kind: string, parts: readonly Part[]): Buffer {
  const raw = encode(parts);
  const type = encode([
    [
      1,
      [
        [1, apiVersion],
        [2, kind],
      ],
    ],
  ]);
  const rawField = Buffer.concat([varint((2 << 3) | 2), varint(raw.length), raw]);
  return Buffer.concat([Buffer.from('k8s\0'), type, rawField]);
}
