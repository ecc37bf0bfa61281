import { isObject } from '../../../kube/values/equal.ts';
import { repositoryOf } from '../runtime/repository.ts';
import type { RegistryCredential } from '../runtime/runtime.ts';
import { matchesGlob } from './glob.ts';

/**
 * Credentials by the place that they are for: host, port, and the beginning of a path; parts of the host may be globs (Kubernetes
 * `pkg/credentialprovider/keyring.go`, BasicDockerKeyring). Pure.
 */
export type Keyring = ReadonlyMap<string, readonly Login[]>;

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Logins by registries as people write them: `registry.example`, `https://registry.example/v2/`, `*.example:5000/team`. */
export type DockerConfig = ReadonlyMap<string, Login>;

export type DockerConfigResult =
  | { readonly ok: true; readonly config: DockerConfig }
  /** `message` shows nothing of what was read. */
  | { readonly ok: false; readonly message: string };

const fault = (message: string): DockerConfigResult => ({ ok: false, message });

/** What a Secret of the types dockerconfigjson and dockercfg holds (Kubernetes `pkg/credentialprovider/config.go`). */
export function readDockerConfig(text: string, isWrapped: boolean): DockerConfigResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return fault('is no JSON');
  }
  const entries = isWrapped && isObject(parsed) ? (parsed.auths ?? {}) : parsed;
  if (!isObject(entries)) return fault('is no object of registries');
  const config = new Map<string, Login>();
  for (const [place, entry] of Object.entries(entries)) {
    const login = loginOf(entry);
    if (!login) return fault('has an auth field that is not base64(username:password)');
    config.set(place, login);
  }
  return { ok: true, config };
}

/** `auth` counts before the other two. */
function loginOf(entry: unknown): Login | undefined {
  if (!isObject(entry)) return undefined;
  const { username = '', password = '', auth = '' } = entry;
  if (auth === '') return { username: String(username), password: String(password) };
  const decoded = Buffer.from(String(auth), 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

export function keyringOf(configs: readonly DockerConfig[]): Keyring {
  const keyring = new Map<string, Login[]>();
  for (const config of configs)
    for (const [written, login] of config) {
      const place = placeOf(written);
      if (place !== undefined) keyring.set(place, [...(keyring.get(place) ?? []), login]);
    }
  return keyring;
}

/** Without its scheme; the paths of the registry's API stand for the host. undefined: it is no address, and left out. */
function placeOf(written: string): string | undefined {
  const [host = '', ...path] = written.replace(/^https?:\/\//, '').split('/');
  if (host === '' || /[\s?#@]/.test(host)) return undefined;
  const below = `/${path.join('/')}`.replace(/^\/v[12]\//, '/');
  return below === '/' || below === '' ? host : `${host}${below}`;
}

/** The key of Docker Hub's credentials, as `docker login` writes it. */
const DOCKER_HUB = 'index.docker.io';

/** Those for an image, the most specific place first: each is to be tried until one is taken. */
export function credentialsFor(keyring: Keyring, image: string): readonly RegistryCredential[] {
  const { registry, name } = repositoryOf(image);
  const places = [...keyring.keys()].sort().reverse();
  const fitting = places.filter((place) => isFor(place, name));
  const used = fitting.length === 0 && registry === 'docker.io' ? [DOCKER_HUB] : fitting;
  return used.flatMap((place) => (keyring.get(place) ?? []).map((login) => ({ registry, ...login })));
}

/** As many parts of the host, each fitting; the same port; and a path that begins so. */
function isFor(place: string, name: string): boolean {
  const [wanted, found] = [split(place), split(name)];
  return (
    wanted.port === found.port &&
    wanted.parts.length === found.parts.length &&
    found.path.startsWith(wanted.path) &&
    wanted.parts.every((part, i) => matchesGlob(part, found.parts[i] ?? ''))
  );
}

function split(place: string): { parts: readonly string[]; port: string; path: string } {
  const slash = place.indexOf('/');
  const [authority, path] = slash < 0 ? [place, ''] : [place.slice(0, slash), place.slice(slash)];
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/s.exec(authority) ?? [];
  return { parts: host.split('.'), port, path };
}
