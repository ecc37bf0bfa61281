import { spellings } from '../../base/blot.ts';
import { memberPath } from '../../kube/rules/diff.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { KubeObject } from '../../kube/values/types.ts';

/** Shorter ones are no secrets: every `3` of an object would be one. */
const LEAST_CHARACTERS = 4;

/** The leaves of an object that hold what was sealed, by their paths as a FieldDiff has them: no diff shows them. */
export function sealedFields(object: KubeObject, secrets: readonly string[]): readonly string[] {
  const telling = secrets.flatMap(spellings).filter(({ length }) => length >= LEAST_CHARACTERS);
  const tells = (text: string): boolean => telling.some((secret) => text.includes(secret));
  const found: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const [i, item] of value.entries()) visit(item, `${path}[${i}]`);
    else if (isObject(value))
      for (const key of Object.keys(value))
        if (tells(key)) found.push(path);
        else visit(value[key], memberPath(path, key));
    else if (value !== null && tells(String(value))) found.push(path);
  };
  if (telling.length > 0) visit(object, '');
  return found;
}
