import { type FieldError, invalid, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { objectAt, objectsAt, textAt } from './checks/read.ts';
import { INGRESSES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const INGRESS: KindRow = { resource: INGRESSES, applyOrder: 290, validate: validateIngress };

function validateIngress(ingress: JsonObject): readonly FieldError[] {
  return objectsAt(objectAt(ingress, 'spec'), 'rules').flatMap((rule, i) =>
    objectsAt(objectAt(rule, 'http'), 'paths').flatMap((path, j) => {
      const at = `spec.rules[${i}].http.paths[${j}]`;
      const type = textAt(path, 'pathType');
      return [
        ...(type === '' ? [required(`${at}.pathType`, 'pathType must be specified')] : []),
        ...(type !== 'ImplementationSpecific' && !textAt(path, 'path').startsWith('/')
          ? [invalid(`${at}.path`, textAt(path, 'path'), 'must be an absolute path')]
          : []),
      ];
    }),
  );
}
