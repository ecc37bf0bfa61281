/** One element of DER (ITU-T X.690): tag, length, content. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag and length included: what a signature covers. */
  readonly whole: Buffer;
}

/** The elements that `bytes` hold one after another. @throws RangeError where a length lies */
export function derElements(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = extentOf(bytes, at);
    elements.push({
      tag: bytes.readUInt8(at),
      content: bytes.subarray(start, end),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return elements;
}

function extentOf(bytes: Buffer, at: number): { start: number; end: number } {
  const first = bytes.readUInt8(at + 1);
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4) throw new RangeError('a length of DER is not definite');
  const length = octets === 0 ? first : bytes.readUIntBE(at + 2, octets);
  const start = at + 2 + octets;
  if (start + length > bytes.length) throw new RangeError('an element of DER ends beyond its bytes');
  return { start, end: start + length };
}

/** `2.5.4.3` */
export function oidText(content: Buffer): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}
