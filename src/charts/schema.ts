import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ErrorObject, Options, ValidateFunction } from 'ajv';
import type { Problem } from '../base/errors.ts';
import { once } from '../base/once.ts';
import { ownProgram } from '../base/ownfiles.ts';
import type { Place } from '../base/place.ts';
import { isObject } from '../kube/values/equal.ts';
import { compileRegex } from '../kube/values/pattern.ts';
import type { JsonObject } from '../kube/values/types.ts';
import { suggest } from './suggest.ts';
import { escapeSegment, placeOf, type Values } from './values.ts';

/** A chart's values.schema.json, already read as JSON. */
export interface ValuesSchema {
  readonly file: string;
  readonly schema: JsonObject;
}

type AjvModule = Pick<typeof import('ajv'), 'Ajv'> & Pick<typeof import('ajv/dist/2020.js'), 'Ajv2020'>;

const loadAjv = once(() => {
  const file = ownProgram('charts/ajv.cjs');
  return createRequire(file)(fileURLToPath(file)) as AjvModule;
});

/** Matches any `pattern` in linear time, unlike `RegExp`, which ajv uses by default. */
const regExp = Object.assign(
  (pattern: string) => {
    const compiled = compileRegex(pattern);
    if (!compiled.ok) throw new Error(compiled.problems[0].message);
    return compiled.value;
  },
  { code: 'compileRegex' },
);

// Formats would need another package and are annotations by default in 2020-12; unknown keywords are allowed, because editors use them as hints.
const OPTIONS: Options = {
  allErrors: true,
  strict: false,
  verbose: true,
  validateFormats: false,
  logger: false,
  code: { regExp },
};

/** Every violation of the schema, each at the line of the values file that set the offending value. */
export function checkValues(values: Values, { file, schema }: ValuesSchema, chartFile: string): Problem[] {
  try {
    const validate = validatorOf(schema);
    if (validate(values.data)) return [];
    return dedupe((validate.errors ?? []).map((error) => describe(error, values, chartFile, file)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      { reason: 'InvalidSchema', message: `The schema itself is not valid: ${message}`, place: { file } },
    ];
  }
}

/** Compiling takes much longer than validating: whoever keeps a schema keeps its validator. */
const compiled = new WeakMap<JsonObject, ValidateFunction>();

function validatorOf(schema: JsonObject): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const dialect = typeof schema.$schema === 'string' ? schema.$schema : '';
  // Helm 4 assumes 2020-12 by default; most charts name draft-07.
  const { Ajv, Ajv2020 } = loadAjv();
  // One for each schema: what one names by `$id` is nothing to the others.
  const ajv = /draft-0[67]/.test(dialect) ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  const made = ajv.compile(schema);
  compiled.set(schema, made);
  return made;
}

function describe(error: ErrorObject, values: Values, chartFile: string, schemaFile: string): Problem {
  const name = dotted(error.instancePath);
  const place = placeOf(values, pointerOf(error)) ?? { file: chartFile };
  return { reason: 'SchemaViolation', place, ...say(error, name, place, schemaFile) };
}

/** The member that the error is about: an unknown key is its own, everything else is the value at instancePath. */
function pointerOf(error: ErrorObject): string {
  return error.keyword === 'additionalProperties'
    ? `${error.instancePath}/${escapeSegment(String(error.params.additionalProperty))}`
    : error.instancePath;
}

type Said = Pick<Problem, 'message' | 'remedy'>;

function say(error: ErrorObject, name: string, place: Place, schemaFile: string): Said {
  const value = JSON.stringify(error.data);
  const shown = value !== undefined && value.length <= 60 ? value : 'this value';
  const hint = { remedy: title(error) ?? `Correct the value, or its schema in ${schemaFile}.` };
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params.additionalProperty);
      const known = isObject(error.parentSchema?.properties)
        ? Object.keys(error.parentSchema.properties)
        : [];
      const remedy =
        suggest(key, known) ?? (known.length > 0 ? `Known here: ${known.join(', ')}.` : undefined);
      return {
        message: `${join(name, key)} is not a value of this chart`,
        ...(remedy ? { remedy } : {}),
      };
    }
    case 'required': {
      const key = join(name, String(error.params.missingProperty));
      return {
        message: `${key} is required and not set`,
        remedy: `Set ${key} in ${place.file} or another values file.`,
      };
    }
    case 'type':
      return { message: `${name} must be ${article(error.params.type)}, not ${shown}`, ...hint };
    case 'enum':
      return { message: `${name} must be one of ${list(error.params.allowedValues)}, not ${shown}`, ...hint };
    case 'const':
      return {
        message: `${name} must be ${JSON.stringify(error.params.allowedValue)}, not ${shown}`,
        ...hint,
      };
    default:
      return { message: `${name} ${error.message ?? 'is not valid'}, but is ${shown}`, ...hint };
  }
}

/** The schema's own description explains best what is expected. */
function title(error: ErrorObject): string | undefined {
  const { description, title: heading } = (error.parentSchema ?? {}) as {
    description?: unknown;
    title?: unknown;
  };
  if (typeof description === 'string' && description) return description;
  return typeof heading === 'string' && heading ? heading : undefined;
}

const join = (name: string, key: string): string => (name === 'the values' ? key : `${name}.${key}`);
const list = (values: unknown): string =>
  (Array.isArray(values) ? values : []).map((v) => JSON.stringify(v)).join(', ');

function article(types: unknown): string {
  const names = Array.isArray(types) ? types.map(String) : [String(types)];
  return names
    .map((name) => (/^[aeiou]/.test(name) ? `an ${name}` : name === 'null' ? name : `a ${name}`))
    .join(' or ');
}

function dotted(pointer: string): string {
  if (pointer === '') return 'the values';
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`),
      '',
    );
}

/** anyOf and oneOf report every branch: the same sentence once is enough. */
function dedupe(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((p) => [`${p.place?.file}:${p.place?.line}:${p.message}`, p]));
  return [...seen.values()];
}
