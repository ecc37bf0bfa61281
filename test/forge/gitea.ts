/** A real Gitea on a folder of its own, as its command line and its API show it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { createExchange } from '../../src/charts/web/exchange.ts';
import type { Forge } from '../../src/forge/forge.ts';
import { openForge } from '../../src/forge/open.ts';
import { eventually } from '../e2e/harness.ts';

export interface Gitea {
  readonly url: string;
  /** A token of the account, by the scopes that it has. */
  token(user: string, scopes: string): string;
  addUser(name: string): void;
  api<T>(user: string, method: string, path: string, body?: unknown): Promise<T>;
  forge(path: string, token: string): Forge;
  stop(): void;
}

/** Undefined where it was not built: the suite says so, and skips. */
export const hasGitea = (): boolean => process.env.PILOTAGE_GITEA !== undefined;

const PASSWORD = 'correct-horse-1';

export async function startGitea(): Promise<Gitea> {
  const program = process.env.PILOTAGE_GITEA ?? '';
  const dir = mkdtempSync(join(tmpdir(), 'pilotage-gitea-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(dir, 'custom', 'conf', 'app.ini');
  mkdirSync(join(dir, 'custom', 'conf'), { recursive: true });
  mkdirSync(join(dir, 'home'));
  writeFileSync(config, configOf(dir, port, url));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: join(dir, 'home'),
    GITEA_WORK_DIR: dir,
    GITEA_CUSTOM: join(dir, 'custom'),
    GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true',
  };
  const gitea = (...args: readonly string[]): string =>
    execFileSync(program, ['--config', config, ...args], { env, cwd: dir, encoding: 'utf8' }).trim();
  gitea('migrate');
  const child: ChildProcess = spawn(program, ['--config', config, 'web'], { env, cwd: dir, stdio: 'ignore' });
  await eventually(
    'Gitea answers',
    async () => (await fetch(`${url}/api/v1/version`).catch(() => undefined))?.ok,
  );

  const token = (user: string, scopes: string): string => {
    const name = `t${Math.random().toString(36).slice(2)}`;
    const args = ['--username', user, '--token-name', name, '--scopes', scopes, '--raw'];
    return (
      gitea('admin', 'user', 'generate-access-token', ...args)
        .split('\n')
        .at(-1) ?? ''
    );
  };
  return {
    url,
    token,
    addUser(name) {
      const account = ['--username', name, '--password', PASSWORD, '--email', `${name}@example.com`];
      gitea('admin', 'user', 'create', ...account, '--must-change-password=false');
    },
    async api<T>(user: string, method: string, path: string, body?: unknown): Promise<T> {
      const basic = Buffer.from(`${user}:${PASSWORD}`).toString('base64');
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    forge: (path, secret) =>
      openForge({
        ask: createExchange({ timeoutMs: 10_000 }),
        clock: systemClock,
        kind: 'gitea',
        repository: { origin: url, path },
        token: async () => secret,
      }),
    stop() {
      child.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const configOf = (dir: string, port: number, url: string): string => `RUN_MODE = prod
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = ${url}/
STATIC_ROOT_PATH = ${process.env.PILOTAGE_GITEA_ROOT ?? ''}
OFFLINE_MODE = true
DISABLE_SSH = true
[database]
DB_TYPE = sqlite3
PATH = ${join(dir, 'gitea.db')}
[repository]
ROOT = ${join(dir, 'repositories')}
[security]
INSTALL_LOCK = true
SECRET_KEY = of-a-test
[log]
MODE = console
LEVEL = Error
[indexer]
ISSUE_INDEXER_TYPE = db
`;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
