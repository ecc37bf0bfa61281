import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { type HelmMap, type HelmValue, isTable } from '../../charts/helm/values.ts';
import { marshalYaml } from '../gotemplate/encoding/yaml/marshal.ts';
import { define } from '../gotemplate/functions/define.ts';
import { GoError, type GoMap, int64, typed, type Value } from '../gotemplate/values.ts';

/** A map of the type that `.Values` has, which brings methods (pkg/chart/common/values.go). Returns the map itself. */
export function asValues(map: GoMap, helm: HelmVersion): GoMap {
  const table = (name: string): GoMap => {
    let at: GoMap = map;
    for (const key of name.split('.')) {
      const found = at.get(key);
      if (!(found instanceof Map)) throw new GoError(`${JSON.stringify(key)} is not a table`);
      at = found;
    }
    return at;
  };
  const methods = {
    AsMap: define([], () => (map.size === 0 ? new Map() : new ViewedMap(map))),
    YAML: define([], () => marshalYaml(map)),
    Table: define(['string'], ([name]) => asValues(new ViewedMap(table(name)), helm)),
    PathValue: define(['string'], ([path]) => pathValue(map, path)),
  };
  return typed(map, {
    name: helm === 3 ? 'chartutil.Values' : 'common.Values',
    element: 'interface {}',
    methods,
  });
}

function pathValue(map: GoMap, path: string): Value {
  if (path === '') throw new GoError('YAML path cannot be empty');
  const keys = path.split('.');
  let at: Value | undefined = map;
  for (const key of keys) at = at instanceof Map ? at.get(key) : undefined;
  if (at === undefined || at instanceof Map)
    throw new GoError(`${JSON.stringify(keys.at(-1))} is not a value`);
  return at;
}

/** The same map under another type: in Go a map is a reference, and its type belongs to the variable that holds it. */
export class ViewedMap extends Map<string, Value> {
  readonly #of: GoMap;
  constructor(of: GoMap) {
    super();
    this.#of = of;
  }
  override get size(): number {
    return this.#of.size;
  }
  override get(key: string): Value | undefined {
    return this.#of.get(key);
  }
  override has(key: string): boolean {
    return this.#of.has(key);
  }
  override set(key: string, value: Value): this {
    this.#of.set(key, value);
    return this;
  }
  override delete(key: string): boolean {
    return this.#of.delete(key);
  }
  override clear(): void {
    this.#of.clear();
  }
  override keys(): MapIterator<string> {
    return this.#of.keys();
  }
  override values(): MapIterator<Value> {
    return this.#of.values();
  }
  override entries(): MapIterator<[string, Value]> {
    return this.#of.entries();
  }
  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.#of.entries();
  }
  override forEach(each: (value: Value, key: string, map: Map<string, Value>) => void): void {
    this.#of.forEach(each);
  }
}

/** Values as templates see them: what `--set` wrote as a whole number is an int64. Changes the map, and returns it. */
export function goValues(values: HelmMap): GoMap {
  const map: GoMap = values;
  for (const [key, value] of values) {
    const made = goValue(value);
    if (made !== value) map.set(key, made);
  }
  return map;
}

function goValue(value: HelmValue): Value {
  if (typeof value === 'bigint') return int64(value);
  if (isTable(value)) return goValues(value);
  if (!Array.isArray(value)) return value;
  return value.some((item) => typeof item === 'object' || typeof item === 'bigint')
    ? value.map(goValue)
    : value;
}
