/** The page that makes the first administrator. It works without a script, which only fills in the code that the address brings. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problemOf } from '../base/errors.ts';
import { fieldsOf, needed } from './fields.ts';
import type { IdentityActions } from './identityroutes.ts';
import { readForm, readJson, sendJson } from './json.ts';
import { refusal } from './refusal.ts';

/** Answers `/bootstrap`: a form, what was filled in, or the same as JSON. @throws ProblemError for who speaks JSON */
export async function answerBootstrap(
  actions: IdentityActions,
  request: IncomingMessage,
  response: ServerResponse,
  told: (body: unknown) => void,
): Promise<void> {
  if (request.method !== 'POST') return sendPage(response, 200, form());
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const fields = fieldsOf(await (isForm ? readForm(request) : readJson(request)));
  told(fields);
  const work = async () =>
    actions.bootstrap(needed(fields, 'code'), needed(fields, 'name'), needed(fields, 'password'));
  if (!isForm) return sendJson(response, 200, await work());
  try {
    const { user } = await work();
    sendPage(
      response,
      200,
      `<p>The administrator ${escaped(user)} is made. Sign in:</p><pre>pilotage login ${escaped(user)}</pre>`,
    );
  } catch (error) {
    const problem = problemOf(error);
    if (problem.reason === 'InternalError') throw error;
    // What was typed stays on the page before: a browser keeps it, and a password is not sent back.
    sendPage(response, refusal(problem).status, `${wordsOf(problem)}<p><a href="/bootstrap">Again</a></p>`);
  }
}

const form = (): string => `<form method="post" action="/bootstrap">
<label>Code <input name="code" required autocomplete="off"></label>
<label>Name <input name="name" required pattern="[a-z0-9]([a-z0-9\\-]*[a-z0-9])?" autocomplete="username"></label>
<label>Password <input name="password" type="password" required minlength="10" autocomplete="new-password"></label>
<button>Make the first administrator</button>
</form><script>${SCRIPT}</script>`;

/** The part of an address behind # is sent to no server, and stands in no log; from here it leaves the history too. */
const SCRIPT = `const code = location.hash.slice(1);
if (code) { document.forms[0].elements.code.value = code; history.replaceState(null, '', '/bootstrap'); }`;
const STYLE =
  'body{font:16px/1.5 sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}' +
  'label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;box-sizing:border-box}';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  // A page without Origin would be refused as one of another site.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

function sendPage(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, HEADERS).end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pilotage</title><style>${STYLE}</style></head>
<body><h1>Pilotage</h1>${body}</body></html>\n`,
  );
}

const wordsOf = ({ message, remedy }: Problem): string =>
  `<p>${escaped(message)}</p>${remedy ? `<p>${escaped(remedy)}</p>` : ''}`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
