/** Parts of the JSON schema of pilotage.yaml, in a notation small enough to read beside the reader of that file. */
export const text = { type: 'string' } as const;
export const count = { type: 'integer', minimum: 0 } as const;
export const name = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,29}[a-z0-9])?$' } as const;
export const duration = {
  type: 'string',
  pattern: '^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$',
  minLength: 2,
} as const;
export const list = (items: object) => ({ type: 'array', items });
export const map = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...(required.length > 0 ? { required } : {}),
});
