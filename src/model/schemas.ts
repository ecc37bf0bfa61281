/** Structural schemas (apiextensions v1) in a notation small enough to read beside `types.ts`. */
export type Schema = Readonly<Record<string, unknown>>;
export const string: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer', format: 'int64' };
export const boolean: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time' };
export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: [...values] });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const object = (properties: Record<string, Schema>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required: [...required] } : {}),
});
