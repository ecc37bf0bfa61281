import { deepEqual } from '../values/equal.ts';
import type { FieldError } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { objectAt, objectsAt } from './checks/read.ts';
import { deviceConfiguration } from './devices/configuration.ts';
import { upTo } from './devices/items.ts';
import { deviceSelectors } from './devices/selectors.ts';
import { DEVICE_CLASSES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const DEVICE_CLASS: KindRow = {
  resource: DEVICE_CLASSES,
  applyOrder: 100,
  validate: validateClass,
};

const MOST_CONFIGS = 32;

/** Kubernetes `pkg/apis/resource/validation/validation.go`, ValidateDeviceClass. */
function validateClass(object: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec');
  const isStored = old !== undefined && deepEqual(spec.config, objectAt(old, 'spec').config);
  return [
    ...deviceSelectors(spec, 'spec'),
    ...upTo(MOST_CONFIGS, objectsAt(spec, 'config'), 'spec.config', (config, at) =>
      deviceConfiguration(config, at, isStored),
    ),
  ];
}
