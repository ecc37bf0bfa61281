import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../../../base/clock.ts';
import type { Logger } from '../../../../../base/log.ts';
import type { Argv } from '../confinement/command.ts';
import { configuredIn, type Endpoint, type Rule, written } from './allowed.ts';
import { publicNpmrc } from './npmrc.ts';

/** pip's own reading of its files and variables. */
const PIP = `
import json
from pip._internal.commands import create_command
command = create_command('install')
options, _ = command.parse_args([])
indexes = [url for url in [options.index_url, *options.extra_index_urls] if url]
print(json.dumps(indexes + list(options.find_links)))
`;

/** The hosts of the files that an index names, which many keep elsewhere; asked for by pip itself, with its proxies and certificates. */
const PIP_FILES = `${PIP}
import re
from urllib.parse import urljoin
files = set()
with command.main_context():
    session = command.get_default_session(options)
    for index in indexes:
        accept = {'Accept': 'application/vnd.pypi.simple.v1+json, text/html;q=0.5'}
        page = session.get(index.rstrip('/') + '/pip/', headers=accept, timeout=5)
        for link in re.findall(r'(?:"url": ?|href=)"([^"#]+)', page.text):
            files.add(urljoin(urljoin(page.url, link), '/'))
print(json.dumps(sorted(files)))
`;

/** What names registries: each tool's own answer, because only it knows its defaults. */
const NPM: Argv = ['npm', 'config', 'list', '--json'];
const GO: Argv = ['go', 'env', 'GOPROXY', 'GOSUMDB'];
const python = (text: string): Argv => ['python3', '-c', text];

const TOOL_MS = 15_000;
/** Configuration that somebody mends counts soon. */
const FRESH_MS = 60_000;

export interface RegistryOptions {
  /** Of the user whose configuration counts: HOME and PATH, and what names registries. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The registries that npm, pip and Go are configured with on this machine. */
export interface Registries {
  /** As of the last minute, or of the last build. */
  configured(): Promise<readonly Rule[]>;
  /** Where their files are: the index itself is asked, so only for who needs it. */
  files(): Promise<readonly Rule[]>;
}

export function openRegistries({ env, clock, logger }: RegistryOptions): Registries {
  async function configured(): Promise<readonly Rule[]> {
    const npmrc = readFile(join(env.HOME ?? '/', '.npmrc'), 'utf8').then(publicNpmrc, () => '');
    const tools = [NPM, python(PIP), GO].map((argv) => run(argv, env));
    const [npm, pip, go] = await Promise.all(tools);
    const rules = registriesIn({ env, npmrc: await npmrc, npm, pip, go });
    logger.info({ registries: rules.map(written) }, 'builds may reach these, and what their delivery allows');
    return rules;
  }
  async function files(): Promise<readonly Rule[]> {
    const said = await run(python(PIP_FILES), { ...env, PIP_RETRIES: '0' });
    const rules = listIn(said.trim().split('\n').at(-1) ?? '').flatMap(configuredIn);
    logger.info({ hosts: rules.map(written) }, 'builds may reach these, where registries keep their files');
    return rules.map((rule) => ({ ...rule, isConfigured: false }));
  }
  return { configured: keptFresh(clock, configured), files: keptFresh(clock, files) };
}

/** Nobody waits for what is known already: it is asked for again behind their backs. */
function keptFresh<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  let askedAt = 0;
  return () => {
    if (known && clock.now() - askedAt < FRESH_MS) return known;
    askedAt = clock.now();
    const asking = ask();
    if (!known) known = asking;
    else void asking.then(() => (known = asking));
    return known;
  };
}

/** Which of npm's settings name registries; the others are links to documentation and proxies. */
const OF_NPM = /^(@[\w.-]+:)?registry$/;
const OF_ENVIRONMENT = /^(npm_config_registry|pip_(index_url|extra_index_url|find_links)|goproxy)$/i;

interface Said {
  readonly env: Readonly<Record<string, string>>;
  readonly npmrc?: string | undefined;
  readonly npm?: string | undefined;
  readonly pip?: string | undefined;
  readonly go?: string | undefined;
}

/** What the tools said, and what is written where they read, as rules; a tool that said nothing that can be read adds none. */
export function registriesIn({
  env,
  npmrc = '',
  npm = '',
  pip = '',
  go = '',
}: Said): readonly (Rule & Endpoint)[] {
  const named = (entries: readonly (readonly [string, unknown])[], wanted: RegExp) =>
    entries.filter(([name]) => wanted.test(name.trim())).map(([, value]) => String(value));
  const lines = npmrc.split('\n').map((line): [string, string] => {
    const [name = '', ...value] = line.split('=');
    return [name, value.join('=').trim()];
  });
  const [proxies = '', sums = ''] = go.split('\n');
  const configured = [
    ...named(Object.entries(env), OF_ENVIRONMENT),
    ...named(lines, OF_NPM),
    ...named(Object.entries(json(npm) ?? {}), OF_NPM),
    ...listIn(pip),
    proxies,
    sumsOf(sums),
  ].flatMap(configuredIn);
  return [...new Map(configured.map((rule) => [written(rule), rule])).values()];
}

/** `name+key` or `name+key URL` (https://go.dev/ref/mod#environment-variables). */
function sumsOf(text: string): string {
  const [name = '', url] = text.trim().split(' ');
  const host = name.split('+')[0] ?? '';
  return url ?? (host === '' || host === 'off' ? '' : `https://${host}`);
}

function listIn(text: string): readonly string[] {
  const found = json(text);
  return Array.isArray(found) ? found.map(String) : [];
}

function json(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What it printed; nothing where it is not there or fails. */
function run([program, ...args]: Argv, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: '/', env, timeout: TOOL_MS }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}
