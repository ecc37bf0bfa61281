import { badRequest } from '../errors.ts';

/** Where a paged list goes on: at which revision, after which key. Opaque to clients. */
export interface Position {
  readonly revision: number;
  readonly after: string;
}

export const encodeContinue = ({ revision, after }: Position): string =>
  Buffer.from(JSON.stringify([revision, after])).toString('base64url');

export function decodeContinue(token: string): Position {
  try {
    const [revision, after] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Number.isInteger(revision) && typeof after === 'string') return { revision, after };
  } catch {
    // Said below: whatever is wrong with the token, the remedy is the same.
  }
  throw badRequest('continue key is not valid: start a new list without it');
}
