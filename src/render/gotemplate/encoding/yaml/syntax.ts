import type { Value } from '../../values.ts';
import { formatFloat } from '../numbers.ts';
import { compareStrings } from '../strings.ts';

/** A value that was read from YAML as `%#v` prints it in messages: `map[interface {}]interface {}{"a":interface {}(nil)}`. */
export function goSyntax(value: Value): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (value instanceof Map) {
    const members = [...value].sort(([a], [b]) => compareStrings(a, b));
    const texts = members.map(([key, member]) => `${JSON.stringify(key)}:${goSyntax(member)}`);
    return `map[interface {}]interface {}{${texts.join(', ')}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : formatFloat(value);
  return value === null ? 'interface {}(nil)' : String(value);
}
