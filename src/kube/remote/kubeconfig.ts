import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { isObject } from '../values/equal.ts';
import type { Json, JsonObject } from '../values/types.ts';
import { parseYaml } from '../values/yaml.ts';

/**
 * A kubeconfig file; several, as the variable KUBECONFIG may name (of an entry that two files have, the first counts);
 * or its text, in which file names are relative to `base` (default: the working directory).
 */
export type KubeconfigSource =
  | { readonly path: string }
  | { readonly paths: readonly string[] }
  | { readonly text: string; readonly base?: string };

/** What a connection needs, when the kubeconfig says it outright. */
export interface PlainCredentials {
  readonly type: 'plain';
  readonly server: URL;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Sent as authorization header. */
  readonly authorization?: string;
  /** Read again now and then: service-account tokens rotate. */
  readonly tokenFile?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
  readonly impersonate?: string;
}

/** The kubeconfig asks for an exec plugin, OIDC or a proxy: @kubernetes/client-node does that. */
export interface PluginCredentials {
  readonly type: 'plugin';
  readonly server: URL;
  /** A kubeconfig of this context alone, its file names absolute. */
  readonly text: string;
  readonly context: string;
}

export type Credentials = PlainCredentials | PluginCredentials;

export interface LoadedKubeconfig {
  readonly context: string;
  /** Namespace of the context. */
  readonly namespace: string;
  readonly credentials: Credentials;
  /** Every file that was read: when one of them changes, this may not be true any more. */
  readonly files: readonly string[];
}

/** One file of a kubeconfig. */
interface Part {
  readonly file: string;
  readonly base: string;
  readonly config: Json;
}

/** Reads a kubeconfig and picks the context (default: its current one). Throws ProblemError naming file, context and remedy. */
export function loadKubeconfig(source: KubeconfigSource, contextName?: string): LoadedKubeconfig {
  const parts = partsOf(source, contextName);
  const file = parts.map((part) => part.file).join(', ');
  const name = contextName ?? firstOf(parts, ({ config }) => stringAt(config, 'current-context'));
  if (!name) throw invalid(file, 'names no current context', 'pass a context by name');
  const context = named(parts, 'contexts', 'context', name).value;
  const cluster = absolute(named(parts, 'clusters', 'cluster', stringAt(context, 'cluster') ?? ''));
  const userName = stringAt(context, 'user');
  const user = userName ? absolute(named(parts, 'users', 'user', userName)) : {};
  const server = serverOf(file, name, cluster);
  const plugin =
    has(user, 'exec') || has(user, 'auth-provider') || stringAt(cluster, 'proxy-url') !== undefined;
  return {
    context: name,
    namespace: stringAt(context, 'namespace') ?? 'default',
    credentials: plugin
      ? { type: 'plugin', server, text: alone(name, context, cluster, user), context: name }
      : plainCredentials(file, name, server, cluster, user),
    files: [
      ...('text' in source ? [] : parts.map((part) => part.file)),
      ...FILES.flatMap((member) => stringAt(cluster, member) ?? stringAt(user, member) ?? []),
    ],
  };
}

function partsOf(source: KubeconfigSource, contextName: string | undefined): readonly Part[] {
  if ('text' in source)
    return [parse('kubeconfig', resolve(source.base ?? '.'), source.text, 'kubeconfig', contextName)];
  const paths = 'path' in source ? [source.path] : source.paths;
  const parts: Part[] = [];
  for (const path of paths) {
    try {
      const text = readFileSync(path, 'utf8');
      parts.push(parse(path, resolve(dirname(path)), text, path, contextName));
    } catch (error) {
      // kubectl passes over files of a list that are not there.
      if (errnoOf(error) !== 'ENOENT' || paths.length === 1)
        throw unreadable(path, 'kubeconfig', contextName, error);
    }
  }
  if (parts.length === 0) throw unreadable(paths.join(', '), 'kubeconfig', contextName, { code: 'ENOENT' });
  return parts;
}

function parse(
  file: string,
  base: string,
  text: string,
  name: string,
  contextName: string | undefined,
): Part {
  const parsed = parseYaml(text, name);
  if (parsed.ok) return { file, base, config: parsed.value };
  const [problem] = parsed.problems;
  const message = `kubeconfig ${file}${forContext(contextName)} cannot be read: ${problem.message}`;
  throw new ProblemError({ ...problem, reason: 'KubeconfigInvalid', message });
}

function plainCredentials(
  file: string,
  context: string,
  server: URL,
  cluster: Json,
  user: Json,
): PlainCredentials {
  const content = (node: Json, name: string) => dataOrFile(file, context, node, name);
  const ca = content(cluster, 'certificate-authority');
  const cert = content(user, 'client-certificate');
  const key = content(user, 'client-key');
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
    ...(tokenFile && !authorization ? { tokenFile } : {}),
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

function serverOf(file: string, context: string, cluster: Json): URL {
  const text = stringAt(cluster, 'server') ?? '';
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw invalid(
      file,
      `has no usable server address ("${text}") for context "${context}"`,
      'give the cluster a server: https://host:port',
    );
  }
  return new URL(text);
}

interface Named {
  readonly value: JsonObject;
  readonly base: string;
}

function named(parts: readonly Part[], list: string, member: string, name: string): Named {
  const rows = parts.flatMap(({ config, base }) => {
    const found = isObject(config) ? config[list] : undefined;
    return Array.isArray(found) ? found.map((row: Json) => ({ row, base })) : [];
  });
  const match = rows.find(({ row }) => stringAt(row, 'name') === name);
  const value = match && isObject(match.row) ? match.row[member] : undefined;
  if (match && isObject(value)) return { value, base: match.base };
  const file = parts.map((part) => part.file).join(', ');
  const known = [...new Set(rows.map(({ row }) => stringAt(row, 'name') ?? ''))].join(', ');
  throw invalid(file, `has no ${member} "${name}"`, `its ${list} are: ${known || 'none'}`);
}

/** Members of a cluster or a user that name a file, beside the file that they stand in. */
const FILES = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const;

function absolute({ value, base }: Named): JsonObject {
  const names = FILES.flatMap((member) => {
    const file = stringAt(value, member);
    return file ? [[member, resolve(base, file)]] : [];
  });
  const { exec } = value;
  // A command with a folder in it is relative to its kubeconfig, one without is looked for in PATH (client-go `clientcmd/loader.go`).
  const command = stringAt(exec, 'command');
  const program =
    isObject(exec) && command?.includes('/') ? { exec: { ...exec, command: resolve(base, command) } } : {};
  return { ...value, ...Object.fromEntries(names), ...program };
}

const alone = (name: string, context: Json, cluster: Json, user: Json): string =>
  JSON.stringify({
    'current-context': name,
    contexts: [{ name, context: { ...(isObject(context) ? context : {}), cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user }],
  });

function dataOrFile(file: string, context: string, node: Json, name: string): Buffer | undefined {
  const data = stringAt(node, `${name}-data`);
  if (data) return Buffer.from(data, 'base64');
  const path = stringAt(node, name);
  if (!path) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, `the ${name} that kubeconfig ${file} names,`, context, error);
  }
}

function firstOf<T>(parts: readonly Part[], pick: (part: Part) => T | undefined): T | undefined {
  for (const part of parts) {
    const found = pick(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

const has = (node: Json, name: string): boolean => isObject(node) && isObject(node[name] ?? null);
const stringAt = (node: Json | undefined, name: string): string | undefined => {
  const value = isObject(node) ? node[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const forContext = (context: string | undefined): string => (context ? ` (for context "${context}")` : '');

function unreadable(path: string, what: string, context: string | undefined, cause: unknown): ProblemError {
  if (cause instanceof ProblemError) return cause;
  return new ProblemError(
    {
      reason: 'KubeconfigUnreadable',
      message: `${what} ${path} cannot be read (${errnoOf(cause) ?? String(cause)})${forContext(context)}`,
      place: { file: path },
      remedy: 'Bring the file back, or name another: KUBECONFIG, or pilotage up --kubeconfig FILE.',
    },
    { cause },
  );
}

function invalid(file: string, what: string, remedy: string): ProblemError {
  return new ProblemError({
    reason: 'KubeconfigInvalid',
    message: `kubeconfig ${file} ${what}`,
    place: { file },
    remedy,
  });
}
