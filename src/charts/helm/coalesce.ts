import { ProblemError } from '../../base/errors.ts';
import type { HelmVersion } from './dialect.ts';
import { copyValue, type HelmMap, type HelmValue, isTable } from './values.ts';

/** What coalescing needs of a chart; aliases are names here. */
export interface ValuedChart {
  readonly name: string;
  readonly values: HelmMap;
  readonly dependencies: readonly ValuedChart[];
}

export interface CoalesceOptions {
  readonly version: HelmVersion;
  /** Values that are passed over, as Helm warns of them. */
  readonly warn: (message: string) => void;
}

/** How the values of one chart are put together, and under which name warnings speak of them. */
interface Pass extends CoalesceOptions {
  readonly prefix: string;
  /** Nulls stay, for a later pass to act on; else they delete. */
  readonly merge: boolean;
}

const GLOBAL = 'global';

/**
 * A chart's defaults and those of all charts below it, under the values of `over`: tables merge, everything else is replaced, null
 * deletes what a chart defined (pkg/chart/common/util/coalesce.go). Neither argument is changed.
 */
export function coalesceValues(chart: ValuedChart, over: HelmMap, options: CoalesceOptions): HelmMap {
  return coalesce(chart, copyValue(over), { ...options, prefix: '', merge: false });
}

/** As `coalesceValues`, but every null stays. */
export function mergeValues(chart: ValuedChart, over: HelmMap, options: CoalesceOptions): HelmMap {
  return coalesce(chart, copyValue(over), { ...options, prefix: '', merge: true });
}

/** `over` gains what only `under` has. Both are changed. */
export function mergeTables(over: HelmMap, under: HelmMap, options: CoalesceOptions): HelmMap {
  return coalesceTables(over, under, { ...options, prefix: '', merge: true });
}

function coalesce(chart: ValuedChart, values: HelmMap, pass: Pass): HelmMap {
  const inside = { ...pass, prefix: dotted(pass.prefix, chart.name) };
  coalesceOwn(chart, values, inside);
  for (const child of chart.dependencies) {
    const scope = scopeOf(values, child.name);
    coalesceGlobals(scope, values, inside);
    values.set(child.name, coalesce(child, scope, inside));
  }
  return values;
}

function scopeOf(values: HelmMap, name: string): HelmMap {
  const scope = values.has(name) ? values.get(name) : new Map();
  if (isTable(scope)) return scope;
  throw new ProblemError({
    reason: 'InvalidValues',
    message: `The values of the chart ${name} must be a map, not ${describe(scope ?? null)}`,
    remedy: `Write its values below ${name}:, or leave it out.`,
  });
}

function coalesceOwn(chart: ValuedChart, values: HelmMap, pass: Pass): void {
  for (const [key, value] of copyValue(chart.values)) {
    if (values.has(key)) coalesceKnown(chart, values, [key, value], pass);
    else if (pass.merge || pass.version === 3) values.set(key, value);
    else if (value !== null) values.set(key, withoutNulls(value));
  }
}

function coalesceKnown(
  chart: ValuedChart,
  values: HelmMap,
  [key, under]: readonly [string, HelmValue],
  pass: Pass,
): void {
  const over = values.get(key) ?? null;
  if (over === null && !pass.merge) values.delete(key);
  if (!isTable(over)) return;
  if (isTable(under)) {
    // Nulls for a chart below are acted on when its own defaults are reached.
    const merge = pass.merge || chart.dependencies.some(({ name }) => name === key);
    if (!merge && pass.version === 4) withoutNulls(under);
    coalesceTables(over, under, { ...pass, merge, prefix: dotted(pass.prefix, key) });
  } else if (under !== null) pass.warn(`skipped value for ${dotted(pass.prefix, key)}: Not a table.`);
}

/** Copies the globals of a chart to the values of one below it; those that are nearer to the root win. */
function coalesceGlobals(values: HelmMap, above: HelmMap, pass: Pass): void {
  const to = values.has(GLOBAL) ? values.get(GLOBAL) : new Map();
  const from = above.has(GLOBAL) ? above.get(GLOBAL) : new Map();
  if (!isTable(to)) pass.warn(`skipping globals because destination ${GLOBAL} is not a table.`);
  else if (!isTable(from)) pass.warn(`skipping globals because source ${GLOBAL} is not a table.`);
  else {
    for (const [key, value] of from) coalesceGlobal(to, key, value, pass);
    values.set(GLOBAL, to);
  }
}

function coalesceGlobal(to: HelmMap, key: string, value: HelmValue, pass: Pass): void {
  const known = to.get(key);
  if (!isTable(value)) {
    if (isTable(known)) pass.warn(`key ${key} is table. Skipping`);
    else to.set(key, value);
    return;
  }
  const copy = new Map(value);
  if (!to.has(key)) to.set(key, copy);
  else if (isTable(known))
    to.set(key, coalesceTables(copy, known, { ...pass, merge: true, prefix: dotted(pass.prefix, key) }));
  else pass.warn(`Conflict: cannot merge map onto non-map for ${JSON.stringify(key)}. Skipping.`);
}

function coalesceTables(over: HelmMap, under: HelmMap, pass: Pass): HelmMap {
  const defined = new Set(Array.from(under).flatMap(([key, value]) => (value === null ? [] : [key])));
  for (const [key, value] of over) if (value === null) under.set(key, null);
  for (const [key, value] of under) {
    const known = over.get(key);
    if (known === null && !pass.merge && defined.has(key)) over.delete(key);
    else if (known === undefined) over.set(key, value);
    else coalesceMember(known, value, { ...pass, prefix: dotted(pass.prefix, key) });
  }
  return over;
}

function coalesceMember(over: HelmValue, under: HelmValue, pass: Pass): void {
  if (isTable(under) && isTable(over)) coalesceTables(over, under, pass);
  else if (isTable(under)) pass.warn(`cannot overwrite table with non table for ${pass.prefix}`);
  else if (isTable(over) && under !== null)
    pass.warn(`destination for ${pass.prefix} is a table. Ignoring non-table value (${describe(under)})`);
}

/** Takes the nulls out of a table, which is changed, and of the tables in it. */
function withoutNulls(value: HelmValue): HelmValue {
  if (!isTable(value)) return value;
  for (const [key, member] of value) {
    if (member === null) value.delete(key);
    else withoutNulls(member);
  }
  return value;
}

const dotted = (prefix: string, key: string): string => (prefix === '' ? key : `${prefix}.${key}`);

function describe(value: HelmValue): string {
  if (Array.isArray(value)) return 'a list';
  if (isTable(value)) return 'a map';
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
