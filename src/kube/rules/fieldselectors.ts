import { failed, ok, type Result } from '../../base/errors.ts';
import { builtinKind } from '../kinds/builtin.ts';
import { pathSegment } from '../kinds/checks/rbac.ts';
import type { FieldReader } from '../kinds/row.ts';
import { plainFields } from '../kinds/selectable.ts';
import type { GroupVersionKind, KubeObject } from '../values/types.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Custom resources are selected by these, and by `selectableFields` of their definitions. */
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

/** A kind, with the fields that the definition of a custom resource lets it be selected by. */
type Selectable = GroupVersionKind & { readonly selectable?: Readonly<Record<string, FieldReader>> };

const readersOf = (kind: Selectable): Readonly<Record<string, FieldReader>> => ({
  ...EVERY_KIND,
  ...builtinKind(kind)?.selectable,
  ...kind.selectable,
});

/**
 * The one object that a list or a watch can be about, because its selector names it; roles that name objects allow it then (apiserver
 * `pkg/endpoints/request/requestinfo.go`). Undefined: it may be about others, or cannot be read.
 */
export function selectedName(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const parsed = parseFieldSelector(text);
  const named = parsed.ok
    ? parsed.value.find(({ field, operator }) => field === 'metadata.name' && operator === '=')
    : undefined;
  return named?.value === '' || (named && pathSegment(named.value)) ? undefined : named?.value;
}

/** The message of kube-apiserver for the first field that the kind cannot be selected by; undefined when all can. */
export function checkFieldSelector(
  kind: Selectable,
  requirements: readonly FieldRequirement[],
): string | undefined {
  const readers = readersOf(kind);
  const unknown = requirements.find(({ field }) => !Object.hasOwn(readers, field));
  return unknown && `field label not supported: ${unknown.field}`;
}

/** A test of objects of one kind. The fields have been checked. */
export function fieldMatcher(
  kind: Selectable,
  requirements: readonly FieldRequirement[],
): (object: KubeObject) => boolean {
  const readers = readersOf(kind);
  const tests = new Map<string, FieldTest>();
  for (const { field, operator, value } of requirements) {
    const test = tests.get(field) ?? { one: new Set(), none: new Set() };
    tests.set(field, test);
    (operator === '=' ? test.one : test.none).add(value);
  }
  return (object) => {
    for (const [field, { one, none }] of tests) {
      const found = String(readers[field]?.(object) ?? '');
      if (none.has(found) || one.size > 1 || (one.size === 1 && !one.has(found))) return false;
    }
    return true;
  };
}

/** All that a selector says of one field, so that each object is asked once for it, however long the selector. */
interface FieldTest {
  /** It must have all of these values. */
  readonly one: Set<string>;
  readonly none: Set<string>;
}
