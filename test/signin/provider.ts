import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/base/clock.ts';
import { openPki } from '../../src/orchestrator/api/auth/pki.ts';
import { Browser } from './browser.ts';

/** What is used of the package: it has no types of its own. */
type Listener = (request: unknown, response: unknown) => void;
interface OidcProvider {
  callback(): Listener;
  interactionFinished(request: unknown, response: unknown, result: object): Promise<void>;
  readonly Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> };
}

const CALLBACK = 'https://127.0.0.1/callback';

/** Of the client that the command line signs in by. */
export const CLI = { id: 'pilotage-cli', secret: 'secret of the command line' };
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

export interface SignIn {
  readonly issuer: string;
  /** PEM. */
  readonly authority: string;
  /** Goes through the whole code flow with PKCE as `user`, and returns the ID token. */
  idToken(user: string, client?: string): Promise<string>;
  /** A browser in which `user` signs in wherever the provider asks. */
  browserOf(user: string): Browser;
  /** What the provider says of everybody from now on, beside the usual. */
  says(claims: object): void;
  stop(): void;
}

/** A real provider (npm `oidc-provider`) over TLS, whose users sign in by saying who they are; everybody is in the groups dev and system:masters. */
export async function startProvider(dir: string): Promise<SignIn> {
  const name = 'oidc-provider';
  const { default: Provider } = (await import(name)) as {
    default: new (issuer: string, options: object) => OidcProvider;
  };
  const pki = openPki({ dir, clock: systemClock });
  let listener: Listener = () => undefined;
  let user = '';
  let claims: object = {};
  const server = createServer(pki.server, (incoming, response) => {
    if (incoming.url?.startsWith('/login')) {
      void provider.interactionFinished(incoming, response, { login: { accountId: user }, consent: {} });
    } else listener(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const client = (id: string) => ({
    client_id: id,
    token_endpoint_auth_method: 'none',
    redirect_uris: [CALLBACK],
  });
  const provider = new Provider(issuer, {
    clients: [
      client('pilotage'),
      client('another'),
      {
        client_id: CLI.id,
        client_secret: CLI.secret,
        application_type: 'native',
        grant_types: ['authorization_code', DEVICE_CODE],
        redirect_uris: ['http://127.0.0.1/callback', 'http://127.0.0.1/login/oidc/callback'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true } },
    interactions: { url: () => '/login' },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.com`,
        email_verified: true,
        groups: ['dev', 'system:masters'],
        ...claims,
      }),
    }),
    async loadExistingGrant({
      oidc,
    }: {
      oidc: { session: { accountId: string }; client: { clientId: string } };
    }) {
      const grant = new provider.Grant({
        accountId: oidc.session.accountId,
        clientId: oidc.client.clientId,
      });
      grant.addOIDCScope('openid email groups');
      await grant.save();
      return grant;
    },
  });
  listener = provider.callback();
  return {
    issuer,
    authority: pki.ca,
    async idToken(who, id = 'pilotage') {
      user = who;
      return codeFlow(issuer, pki.ca, id);
    },
    browserOf(who) {
      user = who;
      return new Browser(pki.ca);
    },
    says(more) {
      claims = more;
    },
    stop: () => server.close(),
  };
}

/** What a browser and a client do together. */
async function codeFlow(issuer: string, ca: string, client: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid email groups',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const browser = new Browser(ca);
  const end = await browser.open(`${issuer}/auth?${query}`, (url) => url.startsWith(CALLBACK));
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client,
    code: new URL(end.url).searchParams.get('code') ?? '',
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  });
  const { body } = await browser.open(`${issuer}/token`, undefined, form);
  const { id_token: token } = JSON.parse(body) as { id_token?: string };
  if (!token) throw new Error(`no ID token: ${body}`);
  return token;
}
