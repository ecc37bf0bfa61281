/** How the first administrator is made: by a page, or by what the command line sends. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemOf } from '../base/errors.ts';
import { fieldsOf, needed } from './fields.ts';
import type { IdentityActions } from './identityroutes.ts';
import { readForm, readJson, sendJson } from './json.ts';
import { escaped, isForm, sendPage, sendRefusal } from './pages.ts';

/** Answers `/bootstrap`: a form, what was filled in, or the same as JSON. @throws ProblemError for who speaks JSON */
export async function answerBootstrap(
  actions: IdentityActions,
  request: IncomingMessage,
  response: ServerResponse,
  told: (body: unknown) => void,
): Promise<void> {
  if (request.method !== 'POST') return sendPage(response, 200, FORM, { script: SCRIPT });
  const isOfForm = isForm(request);
  const fields = fieldsOf(await (isOfForm ? readForm(request) : readJson(request)));
  told(fields);
  const work = async () =>
    actions.bootstrap(needed(fields, 'code'), needed(fields, 'name'), needed(fields, 'password'));
  if (!isOfForm) return sendJson(response, 200, await work());
  try {
    const name = escaped((await work()).user);
    const words = `<p>The administrator ${name} is made.</p><p><a href="/">Sign in</a>, or:</p>`;
    sendPage(response, 200, `${words}<pre>pilotage login ${name}</pre>`);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.reason === 'InternalError') throw error;
    sendRefusal(response, problem, '/bootstrap');
  }
}

const FORM = `<form method="post" action="/bootstrap">
<label>Code <input name="code" required autocomplete="off"></label>
<label>Name <input name="name" required pattern="[a-z0-9]([a-z0-9\\-]*[a-z0-9])?" autocomplete="username"></label>
<label>Password <input name="password" type="password" required minlength="10" autocomplete="new-password"></label>
<button>Make the first administrator</button>
</form>`;

/** The part of an address behind # is sent to no server, and stands in no log; from here it leaves the history too. */
const SCRIPT = `const code = location.hash.slice(1);
if (code) { document.forms[0].elements.code.value = code; history.replaceState(null, '', '/bootstrap'); }`;
