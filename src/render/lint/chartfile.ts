import { readText } from '../../base/filetree.ts';
import type { Place } from '../../base/place.ts';
import { join } from '../../charts/chart.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { parseYaml } from '../../kube/values/yaml.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';
import type { Subject } from './subject.ts';

/** A Chart.yaml as it is written. */
export interface ChartFile {
  readonly file: string;
  readonly data: JsonObject;
  /** The line of the member at a pointer; of one that is absent, the first. */
  at(pointer: string): Place;
}

/** undefined where there is none, or none that is a map of YAML: the render says so. */
export function metadataOf({ request: { tree, path } }: Subject): ChartFile | undefined {
  const file = join(path, 'Chart.yaml');
  const text = readText(tree, file);
  const parsed = text === undefined ? undefined : parseYaml(text, file);
  if (text === undefined || !parsed?.ok || !isObject(parsed.value)) return undefined;
  const lines = locateKeys(text);
  return { file, data: parsed.value, at: (pointer) => ({ file, line: lines.get(pointer) ?? 1 }) };
}
