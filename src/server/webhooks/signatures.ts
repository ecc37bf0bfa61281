import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { equalSecrets } from '../../base/equalsecrets.ts';
import type { Hook, Proof } from './webhook.ts';

export const hmac = (key: string | Buffer, ...parts: readonly (string | Buffer)[]): Buffer => {
  const sum = createHmac('sha256', key);
  for (const part of parts) sum.update(part);
  return sum.digest();
};

export const digest = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A header that may come once; Node joins repeated ones by a comma, which no signature has. */
export const headerOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** The hexadecimal HMAC-SHA256 of the body in `header`, behind `prefix`. It covers nothing else, so that the body is what may come once. */
export function proveBody(hook: Hook, secret: string, header: string, prefix: string): Proof {
  const sent = headerOf(hook.headers, header);
  if (sent === undefined) return { kind: 'refused', why: `The header ${header} is missing.` };
  if (!equalSecrets(sent, prefix + hmac(secret, hook.body).toString('hex')))
    return { kind: 'refused', why: `The header ${header} does not sign this body with the secret.` };
  return { kind: 'proven', once: digest(hook.body) };
}

/** Requests are believed for as long before and after the time that they are signed with. */
export const TOLERANCE_MS = 5 * 60_000;

/** Why a time that a request is signed with is not believed. `seconds` since 1970, as text. */
export function untimely(seconds: string, now: number): string | undefined {
  if (!/^\d{1,12}$/.test(seconds)) return 'Its time is not a number of seconds since 1970.';
  const away = now - Number(seconds) * 1000;
  if (Math.abs(away) <= TOLERANCE_MS) return undefined;
  return `It was signed ${Math.round(Math.abs(away) / 1000)} s ${away > 0 ? 'ago' : 'ahead'}, more than 5 minutes: compare the clocks.`;
}
