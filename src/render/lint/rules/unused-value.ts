import { join } from '../../../charts/chart.ts';
import type { ValueReads } from '../../../charts/valuereads.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import type { Remark, Rule } from '../rule.ts';

export const unusedValue: Rule = {
  name: 'unused-value',
  severity: 'warning',
  finds: 'A value of values.yaml that no template reads.',
  remedy: 'Remove it, or read it in a template.',
  check({ values, request }) {
    if (!values) return [];
    const { defaults, reads } = values;
    const file = join(request.path, 'values.yaml');
    return unread(defaults.data, reads, []).flatMap((path): Remark[] => {
      const place = defaults.placeOf(path);
      // Those of a chart below are its own business.
      if (place?.file !== file) return [];
      return [{ message: `No template reads the value ${path.join('.')}`, place }];
    });
  },
};

/** The highest ones: of a map that nobody reads, its members are not named. */
function unread(data: JsonObject, reads: ValueReads, path: readonly string[]): (readonly string[])[] {
  return Object.entries(data).flatMap(([key, value]) => {
    const at = [...path, key];
    if (!reads.has(at)) return [at];
    return isObject(value) ? unread(value, reads, at) : [];
  });
}
