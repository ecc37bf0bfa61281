import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { remembering } from '../../base/textmemo.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';
import { checkValues, type ValuesSchema } from '../schema.ts';
import type { Values } from '../values.ts';
import type { ResolvedChart } from './dependencies.ts';
import { type HelmFile, readUtf8 } from './files.ts';
import type { ValuePlaces } from './places.ts';
import { type HelmMap, isTable, jsonOf } from './values.ts';

/**
 * What the values of a chart and of those below it have against their values.schema.json, each at the line that set it
 * (pkg/chart/common/util/jsonschema.go).
 */
export function checkSchemas(root: ResolvedChart, values: HelmMap, places: ValuePlaces): Problem[] {
  return check(root, values, places, []);
}

function check(
  { chart, dependencies }: ResolvedChart,
  values: HelmMap,
  places: ValuePlaces,
  scope: readonly string[],
): Problem[] {
  const own = chart.schema ? checkOne(chart.schema, values, (path) => places.find(scope, path)) : [];
  const below = dependencies.flatMap((child) => {
    const inside = values.get(child.name);
    return isTable(inside) ? check(child, inside, places, [...scope, child.name]) : [];
  });
  return [...own, ...below];
}

function checkOne(
  file: HelmFile,
  values: HelmMap,
  find: (path: readonly string[]) => Place | undefined,
): Problem[] {
  const schema = readSchema(file);
  const data = jsonOf(values) as JsonObject;
  const problems = checkValues({ data, places: new Map() }, schema, file.file);
  if (problems.length === 0) return [];
  return checkValues(placed(data, find), schema, file.file);
}

/** The values with all their places, which are looked for only once something is wrong with them. */
function placed(data: JsonObject, find: (path: readonly string[]) => Place | undefined): Values {
  const places = new Map<string, Place>();
  const visit = (value: Json, path: readonly string[], pointer: string): void => {
    const place = path.length > 0 ? find(path) : undefined;
    if (place) places.set(pointer, place);
    if (!isObject(value) && !Array.isArray(value)) return;
    for (const [key, member] of Object.entries(value)) {
      const segment = key.replaceAll('~', '~0').replaceAll('/', '~1');
      visit(member, [...path, key], `${pointer}/${segment}`);
    }
  };
  visit(data, [], '');
  return { data, places };
}

/** Characters of schemas that are kept. */
const CAPACITY = 2 ** 20;
/** They seldom change, and compiling one takes long. */
const known = remembering(CAPACITY, (text, file) => adapted(parseSchema(text, file)));

const readSchema = (file: HelmFile): ValuesSchema => ({
  file: file.file,
  schema: known(readUtf8(file), file.file),
});

function parseSchema(text: string, file: string): JsonObject {
  const refuse = (message: string): ProblemError =>
    new ProblemError({ reason: 'InvalidSchema', message, place: { file }, remedy: 'Correct or remove it.' });
  try {
    const schema: unknown = JSON.parse(text);
    if (isObject(schema)) return schema as JsonObject;
  } catch (error) {
    throw refuse(`The schema is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  throw refuse('A JSON Schema must be an object');
}

/** Schemas of other drafts in the words of one that our validator has; what refers to another server allows everything. */
function adapted(schema: JsonObject): JsonObject {
  const draft = typeof schema.$schema === 'string' ? schema.$schema : '';
  const isOld = /draft-0?[34]\b/.test(draft);
  const rest = visitSchema(schema, isOld) as JsonObject;
  if (isOld) return { ...rest, $schema: 'http://json-schema.org/draft-07/schema#' };
  const [name] = /draft-0[67]/.exec(draft) ?? [];
  if (name) return { ...rest, $schema: `http://json-schema.org/${name}/schema#` };
  const { $schema: _, ...without } = rest;
  return without;
}

function visitSchema(value: Json, isOld: boolean): Json {
  if (Array.isArray(value)) return value.map((item: Json) => visitSchema(item, isOld));
  if (!isObject(value)) return value;
  const members = Object.entries(value as JsonObject).flatMap(([key, member]): [string, Json][] => {
    if (key === '$ref' && typeof member === 'string' && /^https?:/.test(member)) return [];
    if (isOld && key === 'id' && typeof member === 'string') return [['$id', member]];
    if (isOld && (key === 'exclusiveMinimum' || key === 'exclusiveMaximum') && typeof member === 'boolean') {
      const limit = (value as JsonObject)[key === 'exclusiveMinimum' ? 'minimum' : 'maximum'];
      return member && typeof limit === 'number' ? [[key, limit]] : [];
    }
    return [[key, visitSchema(member, isOld)]];
  });
  return Object.fromEntries(members);
}
