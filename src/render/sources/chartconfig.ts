import { createHash, createHmac } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json, KubeObject } from '../../kube/values/types.ts';
import { dumpYaml } from '../../kube/values/yaml.ts';
import type { Reference } from '../engine.ts';
import type { Chance } from '../gotemplate/chance.ts';
import { ALPHABETS, randomText } from '../gotemplate/functions/crypto/random.ts';
import type { Made } from '../gotemplate/made.ts';
import type { Value } from '../gotemplate/values.ts';
import type { Written } from '../manifests/read.ts';

/** A chart as far as its ConfigMaps and Secrets need it. */
export interface ConfigChart {
  /** What the names of its objects begin with: the release, and a chart below it by its name too. */
  readonly prefix: string;
  readonly values: { readonly [key: string]: Json };
  /** Its files, by path relative to the chart. */
  readonly files: Readonly<Record<string, string>>;
}

export interface ChartConfig {
  /** The name of the object, or undefined where neither values nor files say what is in it. */
  refer(reference: Reference, chart: ConfigChart, place: Place): string | undefined;
  /** Objects with the names that follow from what is in the ConfigMaps and Secrets, and these themselves. */
  finish(written: readonly Written[]): readonly Written[];
}

interface Asked {
  readonly kind: Reference['kind'];
  readonly name: string;
  readonly chart: ConfigChart;
  readonly place: Place;
  /** Lengths of the keys that were asked for and nobody gives. */
  readonly generated: Map<string, number>;
  readonly given: Readonly<Record<string, string>>;
}

/**
 * ConfigMaps and Secrets that templates ask for by `{{config "web"}}` and `{{secret "db" "password"}}`. Their names end with a digest of what
 * is in them, as kustomize's generators have it: what changes gets another name, and so the pods that refer to it are replaced. All of that is
 * known only after the last template; until then a name that nothing else has stands for it.
 */
export function createChartConfig(made: Made, { random }: Chance): ChartConfig {
  const asked = new Map<string, Asked>();
  return {
    refer({ kind, name, key, length }, chart, place) {
      const provisional = `${chart.prefix}-${name}-${digest(`${kind} ${chart.prefix} ${name}`)}`;
      const one = asked.get(provisional) ?? {
        kind,
        name,
        chart,
        place,
        generated: new Map(),
        given: given(kind, name, chart),
      };
      const isKnown = key === undefined || Object.hasOwn(one.given, key);
      if (!isKnown && kind === 'ConfigMap') return undefined;
      if (!isKnown) one.generated.set(key, length);
      // Another template may ask for a key of a Secret that this one only names.
      if (kind === 'ConfigMap' && Object.keys(one.given).length === 0) return undefined;
      asked.set(provisional, one);
      return provisional;
    },
    finish(written) {
      const objects = [...asked].map(([provisional, one]) => {
        refuseEmpty(one);
        const data = { ...one.given, ...generate(one, made, random) };
        const sum =
          one.kind === 'Secret' ? digest(canonical(data), keyOf(made, random)) : digest(canonical(data));
        const name = `${one.chart.prefix}-${one.name}-${sum}`;
        return { provisional, name, written: { object: objectOf(one, name, data), origin: one.place } };
      });
      if (objects.length === 0) return written;
      const renamed = (text: string): string =>
        objects.reduce((before, { provisional, name }) => before.replaceAll(provisional, name), text);
      const changed = written.map((one) => ({ ...one, object: eachText(one.object, renamed) as KubeObject }));
      return [...objects.map((one) => one.written), ...changed];
    },
  };
}

function refuseEmpty({ generated, given: known, name, place }: Asked): void {
  if (generated.size > 0 || Object.keys(known).length > 0) return;
  throw new ProblemError({
    reason: 'TemplateError',
    message: `secret: nothing says what is in "${name}", and no template asks for a key of it`,
    place,
    remedy: `Ask for one, {{secret "${name}" "password"}}, or set secrets.${name} in values.yaml.`,
  });
}

const FOLDERS: Readonly<Record<Reference['kind'], string>> = { ConfigMap: 'config', Secret: 'secrets' };

/** Files of the chart by their names, and the values on top. A value that is not text is written as YAML. */
function given(
  kind: Reference['kind'],
  name: string,
  { values, files }: ConfigChart,
): Record<string, string> {
  const folder = `${FOLDERS[kind]}/${name}/`;
  const found = Object.entries(files).filter(
    ([path]) => path.startsWith(folder) && !path.slice(folder.length).includes('/'),
  );
  const all = values[FOLDERS[kind]];
  const set = isObject(all) && Object.hasOwn(all, name) ? all[name] : undefined;
  return Object.fromEntries([
    ...found.map(([path, text]) => [path.slice(folder.length), text]),
    ...Object.entries(isObject(set) ? set : {}).map(([key, value]) => [key, textOf(value)]),
  ]);
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? dumpYaml(value) : String(value ?? '');

/** Where a value goes is its name, wherever it is asked for: a template may move, and several may ask. */
function take(
  made: Made,
  place: { object: string; line: string },
  [name, ...args]: [string, ...Value[]],
  make: () => Value,
) {
  made.enter('secrets');
  const tail = `kind: Secret\nmetadata:\n  name: ${place.object}\ndata:\n  ${place.line}: `;
  made.places.begin({ name: 'secrets', tail: () => tail, unwritten: () => undefined });
  try {
    return String(made.take(name, args, make));
  } finally {
    made.places.end();
  }
}

const generate = (
  { generated, name, chart }: Asked,
  made: Made,
  random: Chance['random'],
): Record<string, string> =>
  Object.fromEntries(
    [...generated].map(([key, length]) => [
      key,
      take(made, { object: `${chart.prefix}-${name}`, line: key }, ['randAlphaNum', BigInt(length)], () =>
        randomText(random, ALPHABETS.randAlphaNum, length),
      ),
    ]),
  );

/** A digest without a key would let whoever sees a pod try passwords against the name of its Secret. */
const keyOf = (made: Made, random: Chance['random']): string =>
  take(made, { object: '', line: 'names' }, ['randBytes', 32n], () =>
    Buffer.from(random(32)).toString('base64'),
  );

const digest = (text: string, key?: string): string =>
  (key === undefined ? createHash('sha256') : createHmac('sha256', key))
    .update(text)
    .digest('hex')
    .slice(0, 10);

const canonical = (data: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));

function objectOf({ kind }: Asked, name: string, data: Readonly<Record<string, string>>): KubeObject {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const shown = Object.entries(data).map(([key, text]) => [key, kind === 'Secret' ? base64(text) : text]);
  return { apiVersion: 'v1', kind, metadata: { name }, data: Object.fromEntries(shown) };
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), eachText(one, change)]));
}
