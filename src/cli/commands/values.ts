import type { Command } from 'commander';
import { unwrap } from '../../base/errors.ts';
import { formatPlace } from '../../base/place.ts';
import { deepEqual, isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';
import { isSealedText } from '../../render/sops/open.ts';
import { openTree } from '../../render/sops/tree.ts';
import { valuesOfSource } from '../../render/sources/list.ts';
import type { SeenValues } from '../../render/sources/source.ts';
import { print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatFittingTable } from '../output/table.ts';
import { ownIdentities } from '../secrets/keyfile.ts';
import { folderOfApp, readWorkingTree } from '../workingtree.ts';
import { overridesOf, type WorkingTreeOptions, workingTreeCommand } from '../workingtreecommand.ts';

interface ValuesOptions extends WorkingTreeOptions {
  readonly diff?: string;
}

/** Needs no daemon: what a chart in the working tree sees, and which line of which file says so. */
export function valuesCommand(context: CliContext): Command {
  return workingTreeCommand('values')
    .description('what the templates of a chart see as values, and where each was set')
    .option('--diff <environment>', 'only what is different there')
    .action(async (folder: string, options: ValuesOptions) => {
      const identities = await ownIdentities(context.surroundings.fullEnvironment);
      const read = (environment: string) => valuesIn(folder, environment, options, identities);
      const seen = await read(options.environment);
      const others = options.diff === undefined ? undefined : await read(options.diff);
      if (options.output === 'json')
        return printJson(context, Object.fromEntries([...seen].map(([app, { data }]) => [app, data])));
      for (const [app, values] of seen) {
        if (seen.size > 1) print(context, `# ${app}`);
        const other = others?.get(app);
        const { columns } = context.stdout;
        print(context, other ? difference(values, other, options, columns) : listing(values, columns));
      }
    });
}

/** By the names of apps, of those that are charts; what was sealed is `***`, whether it could be opened or not. */
async function valuesIn(
  folder: string,
  environment: string,
  options: ValuesOptions,
  identities: readonly string[],
): Promise<ReadonlyMap<string, SeenValues>> {
  const work = readWorkingTree(folder, { ...options, environment });
  const { apps } = work;
  const { tree, secrets } = await openTree(work.tree, identities);
  const seen = apps.flatMap((app): [string, SeenValues][] => {
    const path = folderOfApp(app);
    const values = valuesOfSource({
      tree,
      path,
      valuesFiles: app.values,
      overrides: overridesOf(options.set),
    });
    const isOther = !values.ok && values.problems[0].reason === 'NoValues' && apps.length > 1;
    return isOther ? [] : [[app.name, withoutSealed(unwrap(values), secrets)]];
  });
  return new Map(seen);
}

function withoutSealed(values: SeenValues, secrets: readonly string[]): SeenValues {
  const hidden = new Set(secrets);
  const hide = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(hide);
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hide(member as Json)]));
    return hidden.has(String(value)) || (typeof value === 'string' && isSealedText(value)) ? '***' : value;
  };
  const { sops: _sops, ...data } = values.data;
  return { ...values, data: hide(data) as JsonObject };
}

function listing(values: SeenValues, columns: number | undefined): string {
  const rows = [...leavesOf(values.data)].map(([, { path, value }]) => [
    dotted(path),
    shown(value),
    placeText(values, path),
  ]);
  return formatFittingTable(['VALUE', 'IS', 'SET BY'], rows, columns);
}

function difference(
  values: SeenValues,
  other: SeenValues,
  { environment, diff = '' }: ValuesOptions,
  columns: number | undefined,
): string {
  const [here, there] = [leavesOf(values.data), leavesOf(other.data)];
  const keys = [...new Set([...here.keys(), ...there.keys()])].sort();
  const rows = keys.flatMap((key) => {
    const [a, b] = [here.get(key), there.get(key)];
    if (a && b && deepEqual(a.value, b.value)) return [];
    const path = (a ?? b)?.path ?? [];
    const cell = (leaf: Leaf | undefined, seen: SeenValues): string =>
      leaf ? `${shown(leaf.value)} (${placeText(seen, path)})` : 'not set';
    return [[dotted(path), cell(a, values), cell(b, other)]];
  });
  if (rows.length === 0) return `${environment} and ${diff} see the same values.`;
  return formatFittingTable(['VALUE', environment.toUpperCase(), diff.toUpperCase()], rows, columns);
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: Json;
}

/** Everything that is no map with members, by its path; a list is one value, as it is replaced as one. */
function leavesOf(data: Json): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (value: Json, path: readonly string[]): void => {
    if (isObject(value) && Object.keys(value).length > 0)
      for (const key of Object.keys(value).sort()) visit(value[key] as Json, [...path, key]);
    else if (path.length > 0) leaves.set(path.join('\0'), { path, value });
  };
  visit(data, []);
  return leaves;
}

const dotted = (path: readonly string[]): string =>
  path.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key))).join('.');

/** On one line, and short: whoever wants all of it asks for JSON. */
function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}

function placeText(values: SeenValues, path: readonly string[]): string {
  const place = values.placeOf(path);
  return place ? formatPlace(place) : 'the chart';
}
