import { badRequest } from './refusal.ts';

/** The body of a request: a JSON object, read member by member. Each reader throws ProblemError BadRequest. */
export type Fields = Readonly<Record<string, unknown>>;

export const text = (fields: Fields, key: string): string | undefined => {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value;
  throw badRequest(`"${key}" must be a string.`);
};

/** One that may be neither missing nor empty. */
export function needed(fields: Fields, key: string): string {
  const value = text(fields, key);
  if (value) return value;
  throw badRequest(`"${key}" is missing.`);
}

export const whole = (fields: Fields, key: string): number | undefined => {
  const value = fields[key];
  if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  throw badRequest(`"${key}" must be a whole number.`);
};

export const flag = (fields: Fields, key: string): boolean | undefined => {
  const value = fields[key];
  if (value === undefined || typeof value === 'boolean') return value;
  throw badRequest(`"${key}" must be true or false.`);
};

export function texts(fields: Fields, key: string): readonly string[] | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(String);
  throw badRequest(`"${key}" must be a list.`);
}

export function fieldsOf(body: unknown): Fields {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('the body must be a JSON object.');
  const fields = body as Fields;
  // Ignored, it would be recorded as somebody else's.
  if ('by' in fields)
    throw badRequest('"by" is not a field: the user is the one of the request (header Pilotage-User).');
  return fields;
}

/** A segment of a path, as text. */
export function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`${segment} is not percent-encoded text.`);
  }
}
