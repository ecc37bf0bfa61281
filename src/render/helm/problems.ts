import type { Blot } from '../../base/blot.ts';
import type { Problem } from '../../base/errors.ts';
import { formatPlace, type Place } from '../../base/place.ts';
import type { ValuePlaces } from '../../charts/helm/places.ts';
import { type HelmMap, type HelmValue, isTable, jsonOf, tableAt } from '../../charts/helm/values.ts';
import { suggest } from '../../charts/suggest.ts';
import type { TemplateError, TemplatePlace } from '../gotemplate/errors.ts';
import type { Renderable } from './contexts.ts';
import { ChartError } from './functions.ts';

export interface ProblemContext {
  readonly templates: ReadonlyMap<string, Renderable>;
  readonly places: ValuePlaces;
  /** Those of the root chart. */
  readonly values: HelmMap;
  readonly blot: Blot;
}

/** What went wrong in a template, with its place, the calls that led there, and the values that it speaks of. */
export function templateProblem(error: TemplateError, context: ProblemContext): Problem {
  const calls = [...error.chain, error.place];
  const known = calls.filter(({ template }) => context.templates.has(template));
  // What `tpl` runs has no file: the place is then the call of it.
  const at = known.at(-1) ?? error.place;
  const outermost = context.templates.get(calls[0]?.template ?? '');
  const values = valuesOf(error, calls, outermost?.scope ?? [], context);
  const chain = known.slice(0, -1).toReversed();
  return {
    reason: 'TemplateError',
    message: messageOf(error),
    place: placeOf(at, context),
    details: [
      ...(at.action ? [`at {{ ${at.action} }}`] : []),
      ...chain.map((call) => `called from ${formatPlace(placeOf(call, context))}: {{ ${call.action} }}`),
      ...values.map((value) => describe(value, context)),
    ],
    remedy: remedyFor(error, values, outermost, context),
  };
}

function messageOf(error: TemplateError): string {
  const said = chartErrorOf(error);
  return said ? said.message : error.detail;
}

/** Templates in templates wrap what they throw. */
export function chartErrorOf(error: unknown): ChartError | undefined {
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 1000; depth++) {
    if (at instanceof ChartError) return at;
    at = at.cause;
  }
  return undefined;
}

function placeOf({ template, line, column }: TemplatePlace, { templates }: ProblemContext): Place {
  const file = templates.get(template)?.file.file ?? template;
  if (line === 0) return { file };
  return { file, line, ...(column === undefined ? {} : { column: column + 1 }) };
}

/** A value that an action names, `.Values.image.tag`. */
interface NamedValue {
  readonly path: readonly string[];
  readonly value: HelmValue | undefined;
  readonly place: Place | undefined;
}

const VALUES = /\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)+)/g;

function valuesOf(
  { detail }: TemplateError,
  calls: readonly TemplatePlace[],
  scope: readonly string[],
  { places, values }: ProblemContext,
): NamedValue[] {
  const texts = [...calls.map(({ action = '' }) => action), detail];
  const names = new Set(
    texts.flatMap((text) => Array.from(text.matchAll(VALUES), ([, path = '']) => path.slice(1))),
  );
  const scoped = tableAt(values, scope) ?? new Map<string, HelmValue>();
  return [...names].slice(0, 8).map((name) => {
    const path = name.split('.');
    return { path, value: memberAt(scoped, path), place: places.find(scope, path) };
  });
}

const memberAt = (values: HelmMap, path: readonly string[]): HelmValue | undefined =>
  tableAt(values, path.slice(0, -1))?.get(path.at(-1) ?? '');

function describe({ path, value, place }: NamedValue, { blot }: ProblemContext): string {
  const where = place ? ` (${formatPlace(place)})` : '';
  const name = `Values.${path.join('.')}`;
  if (value === undefined) return `${name} is not set${place ? `; nearest is ${formatPlace(place)}` : ''}`;
  // Of a secret that is cut, whoever blots the whole error could not tell that it is one.
  const shown = blot(JSON.stringify(jsonOf(value)));
  return `${name} is ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}${where}`;
}

function remedyFor(
  error: TemplateError,
  values: readonly NamedValue[],
  renderable: Renderable | undefined,
  context: ProblemContext,
): string {
  const scope = renderable?.scope ?? [];
  const wrong = values.map(({ path }) => noMap(context, scope, path)).find((said) => said !== undefined);
  if (wrong) return wrong;
  const unset = values.find(({ value, path }) => value === undefined || missingPart(context, scope, path));
  if (!unset)
    return chartErrorOf(error)
      ? 'The chart asks for other values: see its values.yaml and README.'
      : 'Correct the template, or the values that it is given.';
  const path = missingPart(context, scope, unset.path) ?? unset.path;
  const files = context.places.files(scope).filter((file) => !file.includes('.tgz/'));
  const known = [...(tableAt(context.values, [...scope, ...path.slice(0, -1)])?.keys() ?? [])];
  const meant = suggest(path.at(-1) ?? '', known);
  const full = [...scope, ...path].join('.');
  return `${meant ? `${meant} ` : ''}Set ${full} in ${files[0] ?? 'a values file'}.`;
}

/** What to say of the part of a path that is set, and is no map although something is looked for in it: which file made it one. */
function noMap(
  context: ProblemContext,
  scope: readonly string[],
  path: readonly string[],
): string | undefined {
  const part = missingPart(context, scope, path);
  const table = tableAt(context.values, scope);
  const value = part && table ? jsonOf(memberAt(table, part) ?? null) : null;
  if (part === undefined || value === null) return undefined;
  const kind = Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value;
  const place = context.places.find(scope, part);
  const who = place ? formatPlace(place) : 'A values file';
  return `${who} makes ${[...scope, ...part].join('.')} a ${kind}; a map is meant.`;
}

/** The first part of a path that is not there, or is no map although something is looked for in it. */
function missingPart(
  { values }: ProblemContext,
  scope: readonly string[],
  path: readonly string[],
): readonly string[] | undefined {
  const table = tableAt(values, scope) ?? new Map<string, HelmValue>();
  for (let length = 1; length < path.length; length++)
    if (!isTable(memberAt(table, path.slice(0, length)))) return path.slice(0, length);
  return undefined;
}
