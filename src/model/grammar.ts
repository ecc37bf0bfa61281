import {
  type Cursor,
  complain,
  entriesOf,
  readBoolean,
  readCount,
  readDuration,
  readList,
  readMap,
  readOneOf,
  readPath,
  readString,
} from './reader.ts';

/** A part of pilotage.yaml: what its JSON schema says of it, and how it is read. So editors and the reader cannot differ. */
export interface Rule<T> {
  readonly schema: object;
  /** undefined where nothing is, and after a complaint. */
  read(at: Cursor | undefined): T | undefined;
}

const rule = <T>(schema: object, read: Rule<T>['read']): Rule<T> => ({ schema, read });

export const text = rule({ type: 'string' }, readString);
/** A path inside the repository; the schema of editors cannot say more than that it is a text. */
export const path = rule(text.schema, readPath);
export const count = rule({ type: 'integer', minimum: 0 }, readCount);
/** In milliseconds. */
export const duration = rule(
  {
    type: 'string',
    pattern: '^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$',
    minLength: 2,
  },
  readDuration,
);

/** A label of DNS (RFC 1123), shortened so that `<delivery>-<environment>` still fits one. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,29}[a-z0-9])?$/;

export const name = rule({ type: 'string', pattern: NAME.source }, (at) => {
  const found = readString(at);
  if (found === undefined || at === undefined || NAME.test(found)) return found;
  const wanted = 'lower-case letters, digits and -, at most 31, as in DNS';
  return complain(at, 'WrongValue', `"${found}" is not a name: ${wanted}`);
});

export const constant = <const T extends string>(value: T): Rule<T> =>
  rule({ const: value }, (at) => readOneOf(at, [value]));

/** Absent and wrong values read as the fallback. */
export const flag = (fallback: boolean): Rule<boolean> =>
  rule({ type: 'boolean', default: fallback }, (at) => readBoolean(at) ?? fallback);

/** Absent and wrong values read as the first choice. */
export const choice = <const T extends string>(first: T, ...others: readonly T[]): Rule<T> => {
  const choices = [first, ...others];
  return rule({ enum: choices, default: first }, (at) => readOneOf(at, choices) ?? first);
};

export const list = <T>(items: Rule<T>): Rule<readonly T[]> =>
  rule({ type: 'array', items: items.schema }, (at) =>
    readList(at)
      .map((item) => items.read(item))
      .filter((item) => item !== undefined),
  );

/** A map of texts with free keys; numbers and booleans are the texts that they are written as. */
export const texts = rule<Readonly<Record<string, string>>>(
  { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  (at) => at && Object.fromEntries(entriesOf(at).flatMap(([key, one]) => readText(key, one))),
);

function readText(key: string, at: Cursor): [string, string][] {
  if (['string', 'number', 'boolean'].includes(typeof at.value)) return [[key, String(at.value)]];
  complain(at, 'WrongType', 'must be a text', 'Put it in quotes.');
  return [];
}

/** What the file may say and nothing here reads. */
export const unread = (schema: object): Rule<undefined> => rule(schema, () => undefined);

type Rules = Readonly<Record<string, Rule<unknown>>>;

/** The members of a map as they were found: each with its place, read when it is asked for. */
export type Fields<R extends Rules> = {
  readonly [K in keyof R]: {
    readonly at: Cursor | undefined;
    read(): R[K] extends Rule<infer T> ? T | undefined : never;
  };
};

export interface MapRule<R extends Rules> {
  readonly schema: object;
  /** Complains about members that it does not know. */
  open(at: Cursor | undefined): Fields<R>;
  /** Complains about the first required member that is missing. */
  isComplete(at: Cursor, fields: Fields<R>): boolean;
}

/** `required`: members that must be there, with what mends their absence, '' where that is plain. */
export function map<R extends Rules>(
  members: R,
  required?: Readonly<Partial<Record<keyof R & string, string>>>,
): MapRule<R> {
  const keys = Object.keys(members);
  const needed = Object.entries<string | undefined>(required ?? {});
  return {
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(keys.map((key) => [key, members[key]?.schema])),
      ...(needed.length > 0 ? { required: needed.map(([key]) => key) } : {}),
    },
    open(at) {
      const found = readMap(at, keys);
      const field = (key: string) => ({ at: found[key], read: () => members[key]?.read(found[key]) });
      return Object.fromEntries(keys.map((key) => [key, field(key)])) as Fields<R>;
    },
    isComplete(at, fields) {
      const missing = needed.find(([key]) => fields[key]?.at === undefined);
      if (missing) complain(at, 'MissingField', `has no ${missing[0]}`, missing[1] || undefined);
      return missing === undefined;
    },
  };
}
