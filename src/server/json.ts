import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemError, problemOf } from '../base/errors.ts';
import { readRequestBody } from '../base/requestbody.ts';
import { parseBoundedJson } from '../kube/values/bounds.ts';
import { badRequest } from './refusal.ts';

/** Bodies of the API are small questions; git has its own path and its own limits. */
const MAX_BODY_BYTES = 1 << 20;

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

/** undefined: the body is empty. @throws ProblemError TooLarge, BadRequest */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text === '') return undefined;
  try {
    return parseBoundedJson(text);
  } catch (error) {
    throw badRequest(`the body is not JSON: ${problemOf(error).message}`);
  }
}

/** What a browser sends of a form. @throws ProblemError TooLarge */
export async function readForm(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(new URLSearchParams(await readText(request)));
}

async function readText(request: IncomingMessage): Promise<string> {
  const bytes = await readRequestBody(request, MAX_BODY_BYTES);
  if (bytes) return bytes.toString('utf8');
  throw new ProblemError({
    reason: 'TooLarge',
    message: `The body is larger than ${MAX_BODY_BYTES} bytes.`,
  });
}
