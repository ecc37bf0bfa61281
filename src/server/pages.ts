/** Pages for people who have no other client yet. They work without a script. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem } from '../base/errors.ts';
import { refusal } from './refusal.ts';

const STYLE =
  'body{font:16px/1.5 sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}' +
  'label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;box-sizing:border-box}';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export interface PageOptions {
  /** The one that it may run. */
  readonly script?: string;
  /** The path that is opened next, at once. */
  readonly next?: string;
}

/** `body` is HTML. */
export function sendPage(
  response: ServerResponse,
  status: number,
  body: string,
  { script = '', next }: PageOptions = {},
): void {
  const policy = [
    "default-src 'none'",
    `script-src ${script === '' ? "'none'" : hashOf(script)}`,
    `style-src ${hashOf(STYLE)}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy.join('; '),
    // Without any, a form would be sent with `Origin: null`, and be refused as one of another site.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pilotage</title>${next === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${next}">`}<style>${STYLE}</style></head>
<body><h1>Pilotage</h1>${body}${script === '' ? '' : `<script>${script}</script>`}</body></html>\n`,
  );
}

/** What was typed stays on the page before, where the browser keeps it: a password is not sent back. */
export function sendRefusal(response: ServerResponse, problem: Problem, back: string): void {
  const { message, remedy } = problem;
  const words = [message, ...(remedy ? [remedy] : [])].map((text) => `<p>${escaped(text)}</p>`).join('');
  sendPage(response, refusal(problem).status, `${words}<p><a href="${back}">Again</a></p>`);
}

/** Whether a browser sends what was filled in, and shows what comes back. */
export const isForm = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
export const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
