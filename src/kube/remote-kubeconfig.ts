import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ProblemError } from '../base/errors.ts';
import { isObject } from './equal.ts';
import type { Json } from './types.ts';
import { parseYaml } from './yaml.ts';

/** A kubeconfig file, or its text. File names inside a text are relative to `base` (default: the working directory). */
export type KubeconfigSource = { readonly path: string } | { readonly text: string; readonly base?: string };

/** What a connection needs, when the kubeconfig says it outright. */
export interface PlainCredentials {
  readonly type: 'plain';
  readonly server: URL;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Sent as authorization header. */
  readonly authorization?: string;
  /** Read anew now and then: service-account tokens rotate. */
  readonly tokenFile?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
  readonly impersonate?: string;
}

/** The kubeconfig asks for an exec plugin, OIDC or a proxy: @kubernetes/client-node does that. */
export interface PluginCredentials {
  readonly type: 'plugin';
  readonly server: URL;
  readonly text: string;
  readonly base: string;
  readonly context: string;
}

export type Credentials = PlainCredentials | PluginCredentials;

export interface LoadedKubeconfig {
  readonly context: string;
  /** Namespace of the context. */
  readonly namespace: string;
  readonly credentials: Credentials;
}

/** Reads a kubeconfig and picks the context (default: its current one). Throws ProblemError naming file and remedy. */
export function loadKubeconfig(source: KubeconfigSource, contextName?: string): LoadedKubeconfig {
  const file = 'path' in source ? source.path : 'kubeconfig';
  const text = 'path' in source ? readFileSync(source.path, 'utf8') : source.text;
  const base = resolve('path' in source ? dirname(source.path) : (source.base ?? '.'));
  const parsed = parseYaml(text, file);
  if (!parsed.ok) throw new ProblemError(parsed.problems[0]);
  const config = parsed.value;

  const name = contextName ?? stringAt(config, 'current-context');
  if (!name) throw invalid(file, 'names no current context', 'pass a context by name');
  const context = named(file, config, 'contexts', 'context', name);
  const cluster = named(file, config, 'clusters', 'cluster', stringAt(context, 'cluster') ?? '');
  const userName = stringAt(context, 'user');
  const user = userName ? named(file, config, 'users', 'user', userName) : {};
  const server = serverOf(file, cluster);
  const plugin =
    has(user, 'exec') || has(user, 'auth-provider') || stringAt(cluster, 'proxy-url') !== undefined;
  return {
    context: name,
    namespace: stringAt(context, 'namespace') ?? 'default',
    credentials: plugin
      ? { type: 'plugin', server, text, base, context: name }
      : plainCredentials(base, server, cluster, user),
  };
}

function plainCredentials(base: string, server: URL, cluster: Json, user: Json): PlainCredentials {
  const ca = dataOrFile(base, cluster, 'certificate-authority');
  const cert = dataOrFile(base, user, 'client-certificate');
  const key = dataOrFile(base, user, 'client-key');
  const authorization = authorizationOf(user);
  const tokenFile = stringAt(user, 'tokenFile');
  const serverName = stringAt(cluster, 'tls-server-name');
  const impersonate = stringAt(user, 'as');
  return {
    type: 'plain',
    server,
    insecure: isObject(cluster) && cluster['insecure-skip-tls-verify'] === true,
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(authorization ? { authorization } : {}),
    ...(tokenFile && !authorization ? { tokenFile: resolve(base, tokenFile) } : {}),
    ...(serverName ? { serverName } : {}),
    ...(impersonate ? { impersonate } : {}),
  };
}

function authorizationOf(user: Json): string | undefined {
  const token = stringAt(user, 'token');
  if (token) return `Bearer ${token}`;
  const username = stringAt(user, 'username');
  if (!username) return undefined;
  return `Basic ${Buffer.from(`${username}:${stringAt(user, 'password') ?? ''}`).toString('base64')}`;
}

function serverOf(file: string, cluster: Json): URL {
  const text = stringAt(cluster, 'server') ?? '';
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw invalid(
      file,
      `has no usable server address ("${text}")`,
      'give the cluster a server: https://host:port',
    );
  }
  return new URL(text);
}

function named(file: string, config: Json, list: string, member: string, name: string): Json {
  const rows = isObject(config) ? config[list] : undefined;
  const row = Array.isArray(rows) ? rows.find((entry) => stringAt(entry, 'name') === name) : undefined;
  const value = isObject(row) ? row[member] : undefined;
  if (isObject(value)) return value;
  const known = Array.isArray(rows) ? rows.map((entry) => stringAt(entry, 'name') ?? '').join(', ') : '';
  throw invalid(file, `has no ${member} "${name}"`, `its ${list} are: ${known || 'none'}`);
}

function dataOrFile(base: string, node: Json, name: string): Buffer | undefined {
  const data = stringAt(node, `${name}-data`);
  if (data) return Buffer.from(data, 'base64');
  const file = stringAt(node, name);
  return file ? readFileSync(resolve(base, file)) : undefined;
}

const has = (node: Json, name: string): boolean => isObject(node) && isObject(node[name] ?? null);
const stringAt = (node: Json | undefined, name: string): string | undefined => {
  const value = isObject(node) ? node[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

function invalid(file: string, what: string, remedy: string): ProblemError {
  return new ProblemError({
    reason: 'KubeconfigInvalid',
    message: `kubeconfig ${file} ${what}`,
    place: { file },
    remedy,
  });
}
