import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { generateDeployKey } from '../../../src/git/transport/ssh/deploykey.ts';
import { scanHostKeys } from '../../../src/git/transport/ssh/scan.ts';
import { until } from '../../fakes/until.ts';

const SSHD = '/usr/sbin/sshd';
export const PATH = process.env.PATH ?? '';

export function hasSshd(): boolean {
  return existsSync(SSHD) && existsSync('/usr/bin/ssh') && existsSync('/usr/bin/git');
}

export interface TestSshd {
  readonly port: number;
  /** The text that a known_hosts file must have. */
  readonly knownHosts: string;
  readonly fingerprint: string;
  address(path: string): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  readonly authorized: readonly string[];
  readonly port?: number;
  /** git's second protocol is only spoken where the server takes this variable. */
  readonly acceptsProtocol?: boolean;
  /** A shell command that stands in the place of every command that is asked for. */
  readonly command?: string;
}

/** OpenSSH's server on a free port of this machine, with a host key of its own. */
export async function startSshd(dir: string, options: SshdOptions): Promise<TestSshd> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const port = options.port ?? (await freePort());
  const hostKey = generateDeployKey('host');
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${write('hostkey', hostKey.privateKey)}`,
    `AuthorizedKeysFile ${write('authorized', `${options.authorized.join('\n')}\n`)}`,
    `PidFile ${join(dir, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    ...(options.acceptsProtocol === false ? [] : ['AcceptEnv GIT_PROTOCOL']),
    ...(options.command ? [`ForceCommand ${options.command}`] : []),
  ];
  const child = spawn(SSHD, ['-D', '-e', '-f', write('config', `${lines.join('\n')}\n`)], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => void child.on('close', () => resolve()));
  const at = { host: '127.0.0.1', port };
  await until(async () => scanHostKeys(at, PATH).then(Boolean, () => false));
  const [type = '', key = ''] = hostKey.publicKey.split(' ');
  const fingerprint = execFileSync('ssh-keygen', ['-lf', write('hostkey.pub', hostKey.publicKey)], {
    encoding: 'utf8',
  });
  return {
    port,
    knownHosts: `[127.0.0.1]:${port} ${type} ${key}\n`,
    fingerprint: fingerprint.split(' ')[1] ?? '',
    address: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${path}`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Every session of a server that is still open is cut. */
export function cutSessions(dir: string): void {
  const pid = readFileSync(join(dir, 'pid'), 'utf8').trim();
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  for (const child of children) process.kill(Number(child), 'SIGKILL');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
