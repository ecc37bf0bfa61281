import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemError, problemOf } from '../base/errors.ts';
import { PACKED_BOUNDS } from '../base/packedtree.ts';
import { readRequestBody } from '../base/requestbody.ts';
import { OBJECT_BOUNDS, parseBoundedJson } from '../kube/values/bounds.ts';
import { badRequest } from './refusal.ts';

/** Bodies of the API are small questions; git has its own path and its own limits. */
const MAX_BODY_BYTES = 1 << 20;

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

/** A working tree travels in one text. */
export const MAX_TREE_BODY_BYTES = PACKED_BOUNDS.text + 1024;

/** undefined: the body is empty. @throws ProblemError TooLarge, BadRequest */
export async function readJson(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<unknown> {
  const text = await readText(request, limit);
  if (text === '') return undefined;
  try {
    return parseBoundedJson(text, { ...OBJECT_BOUNDS, bytes: Math.max(limit, OBJECT_BOUNDS.bytes) });
  } catch (error) {
    throw badRequest(`the body is not JSON: ${problemOf(error).message}`);
  }
}

/** What a browser sends of a form. @throws ProblemError TooLarge */
export async function readForm(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(new URLSearchParams(await readText(request)));
}

async function readText(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<string> {
  const bytes = await readRequestBody(request, limit);
  if (bytes) return bytes.toString('utf8');
  throw new ProblemError({
    reason: 'TooLarge',
    message: `The body is larger than ${limit} bytes.`,
  });
}
