import { suggest } from '../../../charts/suggest.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { Remark, Rule } from '../rule.ts';
import type { ChartValues } from '../subject.ts';

export const unknownValue: Rule = {
  name: 'unknown-value',
  severity: 'warning',
  finds: 'A value of an environment that the chart neither declares in values.yaml nor reads.',
  remedy: 'Correct its name, or declare it in values.yaml.',
  check: ({ values }) => (values ? unknown(values.seen.data, values.defaults.data, values, []) : []),
};

function unknown(
  data: JsonObject,
  declared: Json | undefined,
  values: ChartValues,
  path: readonly string[],
): readonly Remark[] {
  const known = isObject(declared) ? declared : {};
  return Object.entries(data).flatMap(([key, value]) => {
    const at = [...path, key];
    const isKnown = Object.hasOwn(known, key) || values.reads.has(at);
    if (!isKnown) return [remark(key, at, [...Object.keys(known), ...values.reads.namesAt(path)], values)];
    return isObject(value) ? unknown(value, known[key], values, at) : [];
  });
}

function remark(
  key: string,
  path: readonly string[],
  siblings: readonly string[],
  { seen }: ChartValues,
): Remark {
  const place = seen.placeOf(path);
  const remedy = suggest(key, siblings);
  return {
    message: `The chart knows no value ${path.join('.')}`,
    ...(place ? { place } : {}),
    ...(remedy ? { remedy } : {}),
  };
}
