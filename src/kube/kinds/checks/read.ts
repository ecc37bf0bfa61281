import { isObject } from '../../values/equal.ts';
import type { Json, JsonObject } from '../../values/types.ts';

/** Reading what may be missing or of a wrong type: types are judged elsewhere, rules look only at what is there. */
export const objectAt = (self: JsonObject | undefined, key: string): JsonObject => {
  const value = self?.[key];
  return isObject(value) ? value : {};
};

export const listAt = (self: JsonObject | undefined, key: string): readonly Json[] => {
  const value = self?.[key];
  return Array.isArray(value) ? value : [];
};

export const objectsAt = (self: JsonObject | undefined, key: string): readonly JsonObject[] =>
  listAt(self, key).map((item) => (isObject(item) ? item : {}));

export const textAt = (self: JsonObject | undefined, key: string): string => {
  const value = self?.[key];
  return typeof value === 'string' ? value : '';
};

export const numberAt = (self: JsonObject | undefined, key: string): number | undefined => {
  const value = self?.[key];
  return typeof value === 'number' ? value : undefined;
};

export const isEmptyList = (value: Json | undefined): boolean => !Array.isArray(value) || value.length === 0;
