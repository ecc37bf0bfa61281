import { eventually, type Pilotage } from './harness.ts';
import type { Finished } from './processes.ts';

/** Tokens by name: an account is made once for a daemon. */
const known = new WeakMap<Pilotage, Map<string, Promise<string>>>();

/** As `pilotage …` of somebody who has signed in as this account, which may push and approve everywhere. It is made when it is first needed. */
export async function cliAs(target: Pilotage, name: string, ...args: readonly string[]): Promise<Finished> {
  return target.cli(...args, '--server', await urlAs(target, name));
}

/** The URL of the daemon, with the name and the token of somebody who has signed in: of its repositories too. */
export async function urlAs(target: Pilotage, name: string): Promise<string> {
  const tokens = known.get(target) ?? new Map<string, Promise<string>>();
  known.set(target, tokens);
  const { password: holder } = new URL(target.ready.git);
  const signedIn = tokens.get(name) ?? signIn({ url: target.ready.http, holder }, name);
  tokens.set(name, signedIn);
  return target.ready.http.replace('://', `://${name}:${await signedIn}@`);
}

/** What `cliAs` asks for, as JSON. */
export async function jsonAs<T>(target: Pilotage, name: string, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cliAs(target, name, ...args, '--output', 'json');
  if (stdout === '') throw new Error(`${args.join(' ')} as ${name} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Where a daemon is, and its own token. */
interface Daemon {
  readonly url: string;
  readonly holder: string;
}

/** Makes an account that may push and approve everywhere, and signs in as it. Resolves with the token of that. */
export async function signIn({ url, holder }: Daemon, name: string): Promise<string> {
  const password = `the password of ${name}`;
  // Two who share an address are one person: `bob-2` is bob.
  const emails = [`${name.replace(/-\d$/, '')}@example.com`];
  await post(`${url}/api/v1/users`, holder, { name, password, emails });
  for (const role of ['developer', 'approver'])
    await post(`${url}/api/v1/grants`, holder, { role, users: [name] });
  const { token } = await post<{ token: string }>(`${url}/login`, undefined, { name, password });
  for (const verb of ['approve', 'push'])
    await eventually(`${name} may ${verb}`, async () => {
      const { allowed } = await post<{ allowed: boolean }>(`${url}/api/v1/can`, token, { verb });
      return allowed;
    });
  return token;
}

async function post<T>(url: string, token: string | undefined, body: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
