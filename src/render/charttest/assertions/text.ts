import { isObject } from '../../../kube/values/equal.ts';
import type { Json } from '../../../kube/values/types.ts';
import { marshalYamlPretty } from '../../gotemplate/encoding/yaml/marshal.ts';
import type { Value } from '../../gotemplate/values.ts';

/** As go-yaml's third version writes it: what snapshots hold. */
export const yamlOf = (value: Json | undefined): string => marshalYamlPretty(goValue(value ?? null));

function goValue(value: Json): Value {
  // Go's encoder begins no text with an empty line (helm-unittest #756).
  if (typeof value === 'string') return value.replace(/^\n+/, '');
  if (Array.isArray(value)) return value.map(goValue);
  if (isObject(value))
    return new Map(Object.entries(value).map(([key, member]) => [key, goValue(member as Json)]));
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : (value as Value);
}

/** Without space at the ends of lines, and without empty lines at the start: what is hard to see is not compared. */
export const uniform = (text: string): string => text.replace(/ +\r?\n/g, '\n').replace(/^\n+/, '');
