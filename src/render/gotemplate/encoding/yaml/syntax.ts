import { floatText } from '../../format/floats.ts';
import { quote } from '../../format/quote.ts';
import { sortedKeys } from '../../kinds.ts';
import type { Value } from '../../values.ts';

/** A value that was read from YAML as `%#v` prints it in messages: `map[interface {}]interface {}{"a":interface {}(nil)}`. */
export function goSyntax(value: Value): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (value instanceof Map) {
    const texts = sortedKeys(value).map((key) => `${quote(key)}:${goSyntax(value.get(key) ?? null)}`);
    return `map[interface {}]interface {}{${texts.join(', ')}}`;
  }
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : floatText(value);
  return value === null ? 'interface {}(nil)' : String(value);
}
