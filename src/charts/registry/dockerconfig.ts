import { ProblemError } from '../../base/errors.ts';
import type { Login } from './session.ts';

/** `docker-credential-NAME get`, given a host on its standard input: what it prints; undefined where it knows nothing of the host. */
export type AskHelper = (helper: string, host: string) => Promise<string | undefined>;

/** A config.json as Docker and Helm write it: passwords by host, or programs that keep them. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, unknown>>;
  readonly credsStore?: unknown;
  readonly credHelpers?: Readonly<Record<string, unknown>>;
}

/** Docker's own registry goes by an old name in these files. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'docker.io': ['https://index.docker.io/v1/', 'index.docker.io'],
  'registry-1.docker.io': ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'],
};

/** What a file has for a host: its helper's answer, else what stands in it. @throws ProblemError for a file that is not valid JSON */
export async function loginIn(
  text: string,
  file: string,
  host: string,
  askHelper: AskHelper,
): Promise<Login | undefined> {
  const config = parsed(text, file);
  const names = [
    host,
    `https://${host}`,
    `https://${host}/v1/`,
    `https://${host}/v2/`,
    ...(NAMES[host] ?? []),
  ];
  const helpers = names.map((name) => config.credHelpers?.[name]);
  const helper = helpers.find((one) => typeof one === 'string') ?? config.credsStore;
  if (typeof helper === 'string' && /^[\w.-]+$/.test(helper)) {
    for (const name of names.slice(0, 1).concat(NAMES[host] ?? [])) {
      const found = loginOf(await askHelper(helper, name));
      if (found) return found;
    }
  }
  for (const name of names) {
    const found = entryLogin(config.auths?.[name]);
    if (found) return found;
  }
  return undefined;
}

function parsed(text: string, file: string): DockerConfig {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below: nothing of the file is shown.
  }
  throw new ProblemError({
    reason: 'InvalidConfig',
    message: 'The file of registry passwords is not valid JSON',
    place: { file },
    remedy: 'Correct it, or remove it and sign in again.',
  });
}

function entryLogin(entry: unknown): Login | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { auth, username, password, identitytoken } = entry as Record<string, unknown>;
  if (typeof identitytoken === 'string' && identitytoken !== '')
    return { type: 'refresh', token: identitytoken };
  if (typeof username === 'string' && typeof password === 'string' && username !== '')
    return { type: 'password', username, password };
  const [, name = '', secret = ''] =
    /^([^:]+):(.*)$/s.exec(typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : '') ??
    [];
  return name === '' ? undefined : { type: 'password', username: name, password: secret.replace(/\0+$/, '') };
}

/** What a helper prints: `{"ServerURL":…,"Username":…,"Secret":…}`; the name `<token>` says that the secret is a token. */
function loginOf(answer: string | undefined): Login | undefined {
  if (answer === undefined) return undefined;
  try {
    const { Username, Secret } = JSON.parse(answer) as Record<string, unknown>;
    if (typeof Username !== 'string' || typeof Secret !== 'string') return undefined;
    return Username === '<token>'
      ? { type: 'refresh', token: Secret }
      : { type: 'password', username: Username, password: Secret };
  } catch {
    return undefined;
  }
}

/** The file with the password of a host in it, or without any. */
export function withLogin(
  text: string,
  file: string,
  host: string,
  login: { readonly username: string; readonly password: string } | undefined,
): string {
  const config = parsed(text, file);
  const { [host]: _, ...others } = config.auths ?? {};
  const auth = login && Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const auths = auth === undefined ? others : { ...others, [host]: { auth } };
  return `${JSON.stringify({ ...config, auths }, undefined, 2)}\n`;
}

export const hasLogin = (text: string, file: string, host: string): boolean =>
  Object.hasOwn(parsed(text, file).auths ?? {}, host);
