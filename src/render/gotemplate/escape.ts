/** `html`, `js` and `urlquery` of text/template (funcs.go). */
import { isPrint } from './format/quote.ts';
import { sprint } from './format/sprint.ts';
import { type Budget, bytesOf, Struct, type Value } from './values.ts';

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

export const escapeHtml = (values: readonly Value[], budget: Budget): string =>
  textOfAll(values, budget).replace(/[\0"'&<>]/g, (character) => HTML[character] ?? character);

export const escapeJs = (values: readonly Value[], budget: Budget): string =>
  textOfAll(values, budget).replace(
    /[\\'"<>&=]|[^ -~]/gu,
    (character) => JS[character] ?? escapedRune(character),
  );

function escapedRune(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const isByte = code >= 0xdc80 && code <= 0xdcff;
  if (code >= 0x7f && (isByte || code === 0x7f || isPrint(code))) return character;
  return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** url.QueryEscape */
export const escapeQuery = (values: readonly Value[], budget: Budget): string =>
  textOfAll(values, budget).replace(/[^A-Za-z0-9\-_.~]+/g, (part) =>
    Array.from(bytesOf(part), (byte) => (byte === 0x20 ? '+' : `%${hex(byte)}`)).join(''),
  );

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');

/** The values as the output of a template would have them. */
function textOfAll(values: readonly Value[], budget: Budget): string {
  return sprint(values.map(printable), budget);
}

/** nil has a text, what a pointer points to is shown, and what can be addressed says how it is shown by its method String. */
export function printable(value: Value): Value {
  if (value === null) return '<no value>';
  const said = value instanceof Struct ? value.type.methods?.String : undefined;
  if (said) return said.call([], { spend: () => undefined });
  if (!(value instanceof Struct) || value.text || !value.type.name.startsWith('*')) return value;
  return new Struct({ ...value.type, name: value.type.name.replace(/^\*+/, '') }, value.fields);
}
