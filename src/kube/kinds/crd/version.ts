import { crdSchema } from '../../schema/crdschema.ts';
import type { createPatternCheck } from '../../schema/patterns.ts';
import type { Schema } from '../../schema/schema.ts';
import { isObject } from '../../values/equal.ts';
import { duplicate, type FieldError, invalid, required, tooMany } from '../../values/fielderrors.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { objectAt, objectsAt, textAt } from '../checks/read.ts';
import { checkDefaults } from './defaults.ts';
import { findFieldPath } from './fieldpath.ts';
import type { createRuleCheck } from './rules.ts';
import { checkSchema } from './schema.ts';

/** What the versions of one definition share: bounds on all their patterns and rules. */
export interface SharedChecks {
  readonly patterns: ReturnType<typeof createPatternCheck>;
  readonly rules: ReturnType<typeof createRuleCheck>;
}

/** apiextensions `validation.go`, validateCustomResourceDefinitionVersion. */
export function checkVersion(version: JsonObject, path: string, shared: SharedChecks): readonly FieldError[] {
  return [
    ...checkDeprecation(version, path),
    ...validateSchema(version, `${path}.schema.openAPIV3Schema`, shared),
    ...checkScale(objectAt(version, 'subresources'), `${path}.subresources`),
    ...objectsAt(version, 'additionalPrinterColumns').flatMap((column, i) =>
      checkColumn(column, `${path}.additionalPrinterColumns[${i}]`),
    ),
    ...checkSelectable(version, `${path}.selectableFields`),
  ];
}

function validateSchema(version: JsonObject, path: string, shared: SharedChecks): readonly FieldError[] {
  const published = objectAt(version, 'schema').openAPIV3Schema;
  if (published === undefined) return [required(path, 'schemas are required')];
  const written = isObject(published) ? checkSchema(published, path) : [];
  if (written.length > 0) return written;
  const result = crdSchema(published);
  if (!result.ok) return result.problems.map(({ message }) => structuralError(message, path));
  const errors = [...shared.patterns(result.value, path), ...checkDefaults(result.value, path)];
  return errors.length > 0 ? errors : shared.rules(result.value, path);
}

function structuralError(message: string, path: string): FieldError {
  const [at = '', ...rest] = message.split(': ');
  const field = at.replace('openAPIV3Schema', path);
  const detail = rest.join(': ');
  return detail.startsWith('must not be empty') || detail.startsWith('must be specified')
    ? required(field, detail)
    : { field, reason: 'Invalid', message: `Invalid value: ${detail}` };
}

const MAX_WARNING = 256;

function checkDeprecation(
  { deprecated, deprecationWarning }: JsonObject,
  path: string,
): readonly FieldError[] {
  if (typeof deprecationWarning !== 'string') return none;
  const refuse = (detail: string) => invalid(`${path}.deprecationWarning`, deprecationWarning, detail);
  if (deprecated !== true) return [refuse('can only be set for deprecated versions')];
  const at = [...deprecationWarning].findIndex((character) => /\p{C}|[\u2028\u2029]/u.test(character));
  return [
    ...(deprecationWarning.length > MAX_WARNING ? [refuse('must be <= 256 characters long')] : none),
    ...(deprecationWarning === '' ? [refuse('must not be an empty string')] : none),
    ...(at < 0
      ? none
      : [
          refuse(
            `must only contain printable UTF-8 characters; non-printable character found at index ${at}`,
          ),
        ]),
  ];
}

const SIMPLE_PATH = /^(?:\.[^.[\]]+)+$/;

function checkScale(subresources: JsonObject, path: string): readonly FieldError[] {
  if (!isObject(subresources.scale)) return none;
  const scale = subresources.scale;
  return [
    ...checkScalePath(scale, 'specReplicasPath', '.spec.', true, `${path}.scale`),
    ...checkScalePath(scale, 'statusReplicasPath', '.status.', true, `${path}.scale`),
    ...checkScalePath(scale, 'labelSelectorPath', '.', false, `${path}.scale`),
  ];
}

function checkScalePath(
  scale: JsonObject,
  key: string,
  start: string,
  isRequired: boolean,
  path: string,
): readonly FieldError[] {
  const text = textAt(scale, key);
  const field = `${path}.${key}`;
  if (text === '') return isRequired ? [required(field)] : none;
  const starts = key === 'labelSelectorPath' ? /^\.(?:spec|status)\./.test(text) : text.startsWith(start);
  return [
    ...(SIMPLE_PATH.test(text)
      ? none
      : [invalid(field, text, 'should be a simple json path starting with .')]),
    ...(starts
      ? none
      : [
          invalid(
            field,
            text,
            `should be a json path under ${key === 'labelSelectorPath' ? 'either .spec or .status' : start.slice(0, -1)}`,
          ),
        ]),
  ];
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function checkColumn(column: JsonObject, path: string): readonly FieldError[] {
  const [type, format, jsonPath] = [
    textAt(column, 'type'),
    textAt(column, 'format'),
    textAt(column, 'jsonPath'),
  ];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  return [
    ...(textAt(column, 'name') === '' ? [required(`${path}.name`)] : none),
    ...(type === '' ? [required(`${path}.type`, types)] : none),
    ...(type === '' || COLUMN_TYPES.includes(type) ? none : [invalid(`${path}.type`, type, types)]),
    ...(format === '' || COLUMN_FORMATS.includes(format)
      ? none
      : [invalid(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`)]),
    ...(jsonPath === ''
      ? [required(`${path}.JSONPath`)]
      : jsonPath.startsWith('.')
        ? none
        : [
            invalid(
              `${path}.JSONPath`,
              jsonPath,
              'is an invalid path: must be a simple json path starting with .',
            ),
          ]),
  ];
}

const MAX_SELECTABLE = 8;

/** ValidateCustomResourceSelectableFields. */
function checkSelectable(version: JsonObject, path: string): readonly FieldError[] {
  const fields = objectsAt(version, 'selectableFields');
  const schema = fields.length > 0 ? crdSchema(objectAt(version, 'schema').openAPIV3Schema) : undefined;
  if (!schema?.ok) return none;
  const seen = new Set<string>();
  const errors = fields.flatMap((field, i) =>
    checkSelectableField(field, schema.value, `${path}[${i}].jsonPath`, seen),
  );
  return seen.size > MAX_SELECTABLE ? [...errors, tooMany(path, seen.size, MAX_SELECTABLE)] : errors;
}

function checkSelectableField(
  field: JsonObject,
  schema: Schema,
  at: string,
  seen: Set<string>,
): readonly FieldError[] {
  const path = textAt(field, 'jsonPath');
  if (path === '') return [required(at)];
  const found = findFieldPath(path, schema, false);
  if (found.problem !== undefined) return [invalid(at, path, `is an invalid path: ${found.problem}`)];
  const isRepeated = seen.has(path);
  seen.add(path);
  const selectable: Json[] = ['string', 'boolean', 'integer'];
  return [
    ...(found.keys[0] === 'metadata' ? [invalid(at, path, 'must not point to fields in metadata')] : none),
    ...(selectable.includes(found.schema.type ?? '')
      ? none
      : [
          invalid(
            at,
            path,
            'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
          ),
        ]),
    ...(isRepeated ? [duplicate(at, path)] : none),
  ];
}
