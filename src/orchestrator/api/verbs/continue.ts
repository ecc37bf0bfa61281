import { badRequest } from '../errors.ts';

/** Where a paged list goes on: at which revision, at which key. */
export interface Position {
  /** `LATEST`: as things are now, although earlier pages showed another revision. */
  readonly revision: number;
  /** The first key that may be listed, below the prefix of the list. */
  readonly start: string;
}

/** The token of an expired one goes on with whatever is latest (`handleCompactedErrorForPaging`). */
export const LATEST = -1;

const VERSION = 'meta.k8s.io/v1';

/** Base64 of JSON, as kube-apiserver writes it (apiserver `storage/continue.go`); opaque to clients. */
export const encodeContinue = ({ revision, start }: Position): string =>
  Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start })).toString('base64url');

/** The start of a page that begins after this key. */
export const startAfter = (key: string): string => `${key}\0`;

/** @throws StatusError BadRequest */
export function decodeContinue(token: string): Position {
  const { v, rv, start } = parse(token);
  if (v !== VERSION) throw invalid(`server does not recognize this encoded version ${String(v ?? '')}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0)
    throw invalid(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (typeof start !== 'string' || start === '')
    throw invalid(`encoded start key empty (version ${VERSION})`);
  return { revision: rv < 0 ? LATEST : rv, start };
}

function parse(token: string): { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below: what is wrong with it does not matter to anybody.
  }
  throw badRequest('invalid continue token: continue key is not valid');
}

const invalid = (why: string) => badRequest(`invalid continue token: continue key is not valid: ${why}`);
