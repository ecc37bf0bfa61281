import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/base/clock.ts';
import { openPki } from '../../src/orchestrator/api/auth/pki.ts';

/** What is used of the package: it has no types of its own. */
type Listener = (request: unknown, response: unknown) => void;
interface OidcProvider {
  callback(): Listener;
  interactionFinished(request: unknown, response: unknown, result: object): Promise<void>;
  readonly Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> };
}

const CALLBACK = 'https://127.0.0.1/callback';

export interface SignIn {
  readonly issuer: string;
  /** PEM. */
  readonly authority: string;
  /** Goes through the whole code flow with PKCE as `user`, and returns the ID token. */
  idToken(user: string, client?: string): Promise<string>;
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
  const server = createServer(pki.server, (incoming, response) => {
    if (incoming.url?.startsWith('/login')) {
      void provider.interactionFinished(incoming, response, { login: { accountId: user } });
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
    clients: [client('pilotage'), client('another')],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: () => '/login' },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.com`,
        email_verified: true,
        groups: ['dev', 'system:masters'],
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
  const cookies = new Map<string, string>();
  let url = `${issuer}/auth?${query}`;
  for (let step = 0; !url.startsWith(CALLBACK); step++) {
    const { status, location, set, body } = await ask(url, ca, cookies);
    if (!location || step > 5) throw new Error(`the provider answers ${status}: ${body}`);
    for (const cookie of set) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    url = new URL(location, issuer).href;
  }
  const code = new URL(url).searchParams.get('code') ?? '';
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client,
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  });
  const { body } = await ask(`${issuer}/token`, ca, cookies, form.toString());
  const { id_token: token } = JSON.parse(body) as { id_token?: string };
  if (!token) throw new Error(`no ID token: ${body}`);
  return token;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly set: readonly string[];
  readonly body: string;
}

function ask(url: string, ca: string, cookies: ReadonlyMap<string, string>, form?: string): Promise<Answer> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = form === undefined ? { cookie } : { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { ca, headers, method: form === undefined ? 'GET' : 'POST' },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location,
            set: response.headers['set-cookie'] ?? [],
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(form);
  });
}
