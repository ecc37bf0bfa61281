/** Signing in with a name and a password: for a token, or for the session of a browser. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemOf } from '../base/errors.ts';
import { PROVIDER_LOGIN } from '../model/providerlogin.ts';
import { type Fields, fieldsOf, flag, needed } from './fields.ts';
import { readForm, readJson, sendJson } from './json.ts';
import { escaped, isForm, sendPage, sendRefusal } from './pages.ts';
import type { FaceOptions } from './parts.ts';
import { cookieOf, csrfOf } from './sessions.ts';

type Options = Pick<FaceOptions, 'identity' | 'certificates'>;

/** Answers `POST /login`: JSON, `session: true` for a cookie in place of a token; or a form. @throws ProblemError for who speaks JSON */
export async function answerLogin(
  options: Options,
  request: IncomingMessage,
  response: ServerResponse,
  told: (body: unknown) => void,
): Promise<void> {
  const isOfForm = isForm(request);
  const fields = fieldsOf(await (isOfForm ? readForm(request) : readJson(request)));
  told(fields);
  if (!isOfForm) {
    const isSession = flag(fields, 'session') === true;
    const answer = isSession
      ? await openSession(options, fields, response)
      : await options.identity.logIn(needed(fields, 'name'), needed(fields, 'password'));
    return sendJson(response, 200, answer);
  }
  try {
    await openSession(options, fields, response);
    response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' }).end();
  } catch (error) {
    const problem = problemOf(error);
    if (problem.reason === 'InternalError') throw error;
    sendRefusal(response, problem, '/');
  }
}

async function openSession({ identity, certificates }: Options, fields: Fields, response: ServerResponse) {
  const opened = await identity.openSession(needed(fields, 'name'), needed(fields, 'password'));
  const { user, secret, seconds } = opened;
  response.setHeader('Set-Cookie', cookieOf(secret, seconds, certificates !== undefined));
  return { user, csrf: csrfOf(secret) };
}

/** Whether a person has opened an address, who reads a page and not JSON. */
export const isOpened = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.accept?.includes('text/html') === true;

/** `provider`: where people sign in who have no password here. */
export function sendLoginPage(response: ServerResponse, provider: string | undefined): void {
  const other =
    provider === undefined ? '' : `<p><a href="${PROVIDER_LOGIN}">Sign in at ${escaped(provider)}</a></p>`;
  sendPage(response, 200, FORM + other);
}

const FORM = `<form method="post" action="/login">
<label>Name <input name="name" required autocomplete="username"></label>
<label>Password <input name="password" type="password" required autocomplete="current-password"></label>
<button>Sign in</button>
</form>`;
