import { failed, ok, type Result } from '../../base/errors.ts';
import { builtinKind } from '../kinds/builtin.ts';
import type { FieldReader } from '../kinds/row.ts';
import { plainFields } from '../kinds/selectable.ts';
import type { GroupVersionKind, KubeObject } from '../values/types.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Custom resources are selected by these only. */
const EVERY_KIND = plainFields('metadata.name', 'metadata.namespace');

/** `metadata.name=web,spec.nodeName!=n1`, with `\\`, `\,` and `\=` as escapes (apimachinery `pkg/fields/selector.go`). */
export function parseFieldSelector(text: string): Result<readonly FieldRequirement[]> {
  const requirements: FieldRequirement[] = [];
  for (const term of text.match(/(?:\\.|[^\\,])+/gs) ?? []) {
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (!match) return invalid(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, escaped = ''] = match;
    if (/(?:^|[^\\])(?:\\\\)*(?:\\(?:[^\\,=]|$)|=)/.test(escaped)) {
      return invalid(`invalid field selector: invalid escape or unescaped '=' in '${escaped}'`);
    }
    const value = escaped.replace(/\\([\\,=])/g, '$1');
    requirements.push({ field, operator: operator === '!=' ? '!=' : '=', value });
  }
  return ok(requirements);
}

const invalid = (message: string): Result<never> => failed({ reason: 'InvalidSelector', message });

const readersOf = (gvk: GroupVersionKind): Readonly<Record<string, FieldReader>> => ({
  ...EVERY_KIND,
  ...builtinKind(gvk)?.selectable,
});

/** The message of kube-apiserver for the first field that the kind cannot be selected by; undefined when all can. */
export function checkFieldSelector(
  gvk: GroupVersionKind,
  requirements: readonly FieldRequirement[],
): string | undefined {
  const readers = readersOf(gvk);
  const unknown = requirements.find(({ field }) => !Object.hasOwn(readers, field));
  return unknown && `field label not supported: ${unknown.field}`;
}

/** A test of objects of one kind. The fields have been checked. */
export function fieldMatcher(
  gvk: GroupVersionKind,
  requirements: readonly FieldRequirement[],
): (object: KubeObject) => boolean {
  const readers = readersOf(gvk);
  return (object) =>
    requirements.every(({ field, operator, value }) => {
      const found = readers[field]?.(object);
      return (String(found ?? '') === value) === (operator === '=');
    });
}
