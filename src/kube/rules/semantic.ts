import type { Schema } from '../schema/schema.ts';
import { isStruct } from '../schema/typed/zero.ts';
import type { KubeObject } from '../values/types.ts';
import { applyDefaults } from './defaults.ts';

/**
 * The object in the one spelling that a server would store it in, so that what means the same is equal: quantities canonical
 * (`1000m` is `1`), stringData folded into data, defaults filled in (`protocol: TCP`), nulls gone. What only a server
 * writes (an empty status) is not invented.
 */
export function normalise<T extends KubeObject>(schema: Schema | undefined, object: T): T {
  if (!schema) return object;
  const whole = applyDefaults(schema, object);
  const { status } = schema.properties ?? {};
  if (!status || !isStruct(status) || object.status !== undefined || whole.status === undefined) return whole;
  const { status: _, ...rest } = whole;
  return rest as T;
}
