import type { FieldError } from '../values/fielderrors.ts';
import { invalid } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { base64, keys, sealed, size } from './checks/data.ts';
import { objectAt } from './checks/read.ts';
import { CONFIG_MAPS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const CONFIG_MAP: KindRow = {
  resource: CONFIG_MAPS,
  applyOrder: 90,
  validate: validateConfigMap,
  recreatable: ['data', 'binaryData', 'immutable'],
};

function validateConfigMap(configMap: JsonObject, old?: JsonObject): readonly FieldError[] {
  const data = objectAt(configMap, 'data');
  const binary = objectAt(configMap, 'binaryData');
  const overlapping = Object.keys(binary).filter((key) => key in data);
  return [
    ...keys(data, 'data'),
    ...keys(binary, 'binaryData'),
    ...base64(binary, 'binaryData'),
    ...overlapping.map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...size([...Object.values(data), ...Object.values(binary)], ''),
    ...(old ? sealed(configMap, old, ['data', 'binaryData']) : none),
  ];
}
