import type { Problem } from '../../base/errors.ts';
import { formatPlace, type Place } from '../../base/place.ts';
import { builtinSchema } from '../../kube/schema/schema.ts';
import { validateTypes } from '../../kube/schema/typecheck.ts';
import type { FieldError } from '../../kube/values/fielderrors.ts';
import { gvkOf, type KubeObject } from '../../kube/values/types.ts';

/** Where a field was written, and which value it is. */
export interface FieldSource {
  readonly place: Place;
  /** `Values.replicas`; '' for what is no value. */
  readonly value: string;
}

/**
 * Values that a built-in kind cannot have where they are written: a number for a text, a text for a number. `setBy` says which line of a
 * values file set a path of values.
 */
export function mistyped(
  object: KubeObject,
  sourceOf: (pointer: string) => FieldSource,
  setBy: (path: string) => Place | undefined,
): Problem[] {
  const schema = builtinSchema(gvkOf(object));
  const errors = schema ? validateTypes(schema, object) : [];
  return errors.map((error): Problem => {
    const { place, value } = sourceOf(pointerOf(object, error.field));
    const set = value === '' ? undefined : setBy(value);
    return {
      reason: 'InvalidManifest',
      message: `${object.kind} ${object.metadata.name ?? ''}: ${said(error, value, set)}`,
      place,
      ...remedyOf(error, value),
    };
  });
}

const TYPE = /must be of type ([\w,-]+): "(\w+)"/;

function said({ field, message }: FieldError, value: string, set: Place | undefined): string {
  const [, wanted, found] = TYPE.exec(message) ?? [];
  const what = wanted ? `${field} must be ${article(wanted)}` : `${field}: ${message}`;
  if (value === '') return found ? `${what}, not ${article(found)}` : what;
  return `${what}, and ${value}${set ? ` (${formatPlace(set)})` : ''} is ${found ? article(found) : 'none'}`;
}

const article = (type: string): string =>
  type
    .split(',')
    .map((one) => (one === 'boolean' ? 'true or false' : `${/^[aeiou]/.test(one) ? 'an' : 'a'} ${one}`))
    .join(' or ');

function remedyOf({ message }: FieldError, value: string): { readonly remedy?: string } {
  const [, wanted, found] = TYPE.exec(message) ?? [];
  if (wanted !== 'string' || !['integer', 'number', 'boolean'].includes(found ?? '')) return {};
  return { remedy: `Quotes make it text${value === '' ? '.' : `: "{{${value}}}"`}` };
}

/** `spec.containers[0].env` as a pointer into the object; keys may have dots of their own. */
function pointerOf(object: unknown, field: string): string {
  let [at, rest, pointer] = [object, field, ''];
  while (rest !== '') {
    const index = /^\[(\d+)\]\.?/.exec(rest);
    const keys = typeof at === 'object' && at !== null ? Object.keys(at) : [];
    const key =
      index?.[1] ??
      keys.find((one) => rest === one || rest.startsWith(`${one}.`) || rest.startsWith(`${one}[`));
    if (key === undefined) break;
    at = (at as Readonly<Record<string, unknown>>)[key];
    rest = index ? rest.slice(index[0].length) : rest.slice(key.length).replace(/^\./, '');
    pointer += `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  return pointer;
}
