import { spawn } from 'node:child_process';
import { Server } from 'node:net';
import { ProblemError } from '../../../../../base/errors.ts';
import { type Argv, PLAIN_ENVIRONMENT } from '../confinement/command.ts';

/** A network of its own: loopback, and on it one port on which this process listens. */
export interface NetworkNamespace {
  /** Listens inside; connections that it accepts are inside as well. */
  readonly server: Server;
  readonly port: number;
  /** What to run so that `argv` runs inside. */
  enter(argv: Argv): Argv;
  close(): void;
}

/** The namespaces that hold a network: a user who is not root needs one of users to have it. */
export const unshared = (isRoot: boolean): Argv => [
  'unshare',
  ...(isRoot ? [] : ['--user', '--map-root-user']),
  '--net',
  '--',
];
export const LOOPBACK_UP = 'ip link set lo up';

/** Stays until its input ends, as it does with this process. */
const HOLD = `${LOOPBACK_UP} && "$@" && exec 3<&- && read -r _`;

const PORT = 3128;

/**
 * A socket belongs for ever to the network namespace in which it was made (network_namespaces(7)): this makes it there, hands it out, and
 * ends. So nothing of ours runs inside, and nothing of the file system leads out.
 */
const LISTEN = `const server = require('net').createServer();
server.listen(${PORT}, '127.0.0.1', () =>
  process.send('listens', server, () => { server.close(); process.disconnect(); }));`;

const OPEN_MS = 10_000;

/** Rejects with ProblemError when the machine does not let it, although it did before. */
export function openNetworkNamespace(isRoot: boolean): Promise<NetworkNamespace> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = unshared(isRoot);
    const node = [process.execPath, '--max-old-space-size=16', '-e', LISTEN];
    const holder = spawn(program, [...args, '/bin/sh', '-c', HOLD, 'pilotage-network', ...node], {
      env: PLAIN_ENVIRONMENT,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    const fail = (why: string): void => {
      clearTimeout(timer);
      holder.kill('SIGKILL');
      reject(
        new ProblemError({
          reason: 'BuildNetworkFailed',
          message: `No network namespace can be made for the build: ${said.trim().split('\n').at(-1) || why}.`,
          remedy:
            'Push again. If that does not help, restart Pilotage: it finds out again what this machine permits.',
        }),
      );
    };
    const timer = setTimeout(() => fail('it takes too long'), OPEN_MS);
    holder.stderr?.on('data', (piece) => {
      said = `${said}${piece}`.slice(-1_000);
    });
    holder.stdin?.on('error', () => undefined);
    holder.once('error', (error) => fail(error.message));
    holder.once('exit', (code) => fail(`exit code ${code}`));
    holder.once('message', (_message, server) => {
      clearTimeout(timer);
      if (!(server instanceof Server) || holder.pid === undefined) return fail('it hands out no socket');
      resolve(opened(isRoot, holder.pid, server, () => holder.stdin?.end()));
    });
  });
}

function opened(isRoot: boolean, holder: number, server: Server, end: () => void): NetworkNamespace {
  const user = isRoot ? [] : [`--user=/proc/${holder}/ns/user`, '--preserve-credentials'];
  return {
    server,
    port: PORT,
    enter: (argv) => ['nsenter', ...user, `--net=/proc/${holder}/ns/net`, '--', ...argv],
    close() {
      server.close();
      end();
    },
  };
}
