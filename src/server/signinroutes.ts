import type {
  BegunInBrowser,
  BegunOnDevice,
  LoggedIn,
  OnDevice,
  OpenedSession,
  SignInWays,
} from '../model/identityfaces.ts';
import { type Fields, fieldsOf, needed, whole } from './fields.ts';
import { badRequest } from './refusal.ts';

/** Ways to sign in with a browser at an OpenID Connect provider. Refusals reject with ProblemError. */
export interface BrowserSignIn {
  /** Where people sign in, for them to read. */
  readonly provider: string;
  /** `port`: where the command line waits for its browser, on 127.0.0.1; `party`: the client that asks (`partyOf`). */
  begin(port: number, party: string): Promise<BegunInBrowser>;
  /** `query`: with what the browser came there. */
  finish(attempt: string, query: string): Promise<LoggedIn>;
  beginDevice(party: string): Promise<BegunOnDevice>;
  pollDevice(attempt: string): Promise<OnDevice>;
  /** `callback`: the address of this face to which the provider sends the browser. */
  beginPage(callback: string, party: string): Promise<BegunInBrowser>;
  /** `query`: with what the browser came there. */
  finishPage(attempt: string, query: string): Promise<OpenedSession>;
}

interface Answer {
  readonly body: object;
  /** Who has signed in by it. */
  readonly user?: string;
}

type Route = (signIn: BrowserSignIn, fields: Fields, party: string) => Promise<Answer>;

const ROUTES: Readonly<Record<string, Route>> = {
  '/login/browser': async (signIn, fields, party) => ({ body: await signIn.begin(port(fields), party) }),
  '/login/browser/finish': async (signIn, fields) => {
    const body = await signIn.finish(needed(fields, 'attempt'), needed(fields, 'query'));
    return { body, user: body.user };
  },
  '/login/device': async (signIn, _, party) => ({ body: await signIn.beginDevice(party) }),
  '/login/device/poll': async (signIn, fields) => {
    const body = await signIn.pollDevice(needed(fields, 'attempt'));
    return { body, ...(body.type === 'signedIn' ? { user: body.as.user } : {}) };
  },
};

/** undefined: there is no such way. */
export async function answerSignIn(
  signIn: BrowserSignIn | undefined,
  asked: { readonly method: string; readonly path: string; readonly body: unknown; readonly party: string },
): Promise<Answer | undefined> {
  const { method, path, body, party } = asked;
  if (method === 'GET' && path === '/login') return { body: waysOf(signIn) };
  const route = method === 'POST' && Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  return signIn && route?.(signIn, fieldsOf(body), party);
}

const waysOf = (signIn: BrowserSignIn | undefined): SignInWays => ({
  ways: ['password', ...(signIn ? (['oidc'] as const) : [])],
});

function port(fields: Fields): number {
  const value = whole(fields, 'port');
  if (value === undefined) throw badRequest('"port" is missing.');
  return value;
}
