import { bytesOf, GoError } from '../values.ts';

/** encoding/base64's StdEncoding. */
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Line breaks are skipped, padding is due. @throws GoError in Go's words, with the place that Go names */
export function fromBase64(text: string): Buffer {
  const at = base64Fault(text);
  if (at !== undefined) throw new GoError(`illegal base64 data at input byte ${at}`);
  return Buffer.from(text, 'base64');
}

const DIGIT64 = /[A-Za-z0-9+/]/;
const LINE_BREAK = /[\r\n]/;

/** Where Go's decoder stops; undefined where it does not. Texts that are not ASCII fail at their first other character. */
function base64Fault(text: string): number | undefined {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (DIGIT64.test(character)) digits++;
    else if (character === '=' && digits % 4 >= 2) return paddingFault(text, at + 1, digits % 4);
    else if (!LINE_BREAK.test(character)) return at;
  }
  return digits % 4 === 0 ? undefined : text.length - (digits % 4);
}

/** What follows the first `=` of a text, which must be the second where one is due, and no more. */
function paddingFault(text: string, from: number, digits: number): number | undefined {
  const skip = (at: number): number => {
    let end = at;
    while (LINE_BREAK.test(text[end] ?? '')) end++;
    return end;
  };
  let at = from;
  if (digits === 2) {
    at = skip(at);
    if (at === text.length) return at;
    if (text[at] !== '=') return at - 1;
    at++;
  }
  at = skip(at);
  return at < text.length ? at : undefined;
}

const ALPHABET32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const GROUP = 8;

/** encoding/base32's StdEncoding. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let [bits, count] = [0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (count += 8; count >= 5; count -= 5) text += ALPHABET32[(bits >> (count - 5)) & 31];
  }
  if (count > 0) text += ALPHABET32[(bits << (5 - count)) & 31];
  return text.padEnd(Math.ceil(text.length / GROUP) * GROUP, '=');
}

/** Line breaks are skipped, padding is due. @throws GoError in Go's words */
export function fromBase32(text: string): Uint8Array {
  // Places count bytes.
  const source = Buffer.from(bytesOf(text.replace(/[\r\n]/g, ''))).toString('latin1');
  const digits = digits32(source);
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const digit of digits) {
    bits = ((bits << 5) | digit) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 0xff);
  }
  return Uint8Array.from(bytes);
}

function digits32(source: string): number[] {
  const fault = (at: number): GoError => new GoError(`illegal base32 data at input byte ${at}`);
  const digits: number[] = [];
  for (let at = 0; at < source.length; at++) {
    const inGroup = at % GROUP;
    const left = source.length - at - 1;
    if (source[at] === '=' && inGroup >= 2 && left < GROUP) {
      if (left + inGroup < GROUP - 1) throw fault(source.length);
      for (let k = 0; k < GROUP - 1 - inGroup; k++) if (source[at + 1 + k] !== '=') throw fault(at + k);
      if (inGroup === 3 || inGroup === 6) throw fault(at);
      return digits;
    }
    const digit = ALPHABET32.indexOf(source[at] ?? '');
    if (digit < 0) throw fault(at);
    digits.push(digit);
  }
  if (source.length % GROUP !== 0) throw fault(source.length - (source.length % GROUP));
  return digits;
}
