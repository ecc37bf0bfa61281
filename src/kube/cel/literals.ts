import { SyntaxProblem } from './problem.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};

const ESCAPE = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]?))/g;

/** A string literal's body without its escapes (cel-go `parser/unescape.go`). @throws SyntaxProblem */
export function withoutEscapes(body: string, offset: number): string {
  return body.replace(ESCAPE, (_, x, u, long, octal, simple: string | undefined) => {
    const hex: string | undefined = x ?? u ?? long;
    const code =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : undefined;
    if (code !== undefined) return fromCode(code, offset);
    const character = SIMPLE[simple ?? ''];
    if (character === undefined) throw new SyntaxProblem(offset, 'unable to unescape string');
    return character;
  });
}

function fromCode(code: number, offset: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    throw new SyntaxProblem(offset, 'invalid unicode code point');
  return String.fromCodePoint(code);
}

/** A bytes literal: `\xff` is a byte, other characters are UTF-8. @throws SyntaxProblem */
export function bytesOf(body: string, isRaw: boolean, offset: number): Uint8Array {
  if (isRaw) return new TextEncoder().encode(body);
  const bytes: number[] = [];
  let at = 0;
  const text = (part: string) => bytes.push(...new TextEncoder().encode(part));
  for (const match of body.matchAll(ESCAPE)) {
    text(body.slice(at, match.index));
    at = match.index + match[0].length;
    const [whole, hex, , , octal] = match;
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else text(withoutEscapes(whole, offset));
  }
  text(body.slice(at));
  return Uint8Array.from(bytes);
}
