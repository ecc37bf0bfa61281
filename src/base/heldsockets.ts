import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock } from './clock.ts';
import { problemOf } from './errors.ts';
import { type Listening, listen } from './listen.ts';
import type { Logger } from './log.ts';
import { isSameProcess, processStartTime } from './process.ts';
import { readRecord, writeRecord } from './recordfile.ts';

/**
 * Listening sockets that outlive the process that listens. A shell of 1 MB has them as well: while the process is away the system goes on
 * taking connections, which wait for the next one instead of being refused. The shell becomes the next one (`supervise/socketholder.ts`), so
 * that it is born with the sockets. Whoever listens with these gets the socket of the process before, where it had one of that very address.
 */
export interface HeldSockets extends Listening {
  /** Closes the sockets of the process before that nobody has asked for. */
  settle(): void;
  /** Holds nothing else from now on; what is held stays so until the holder gives up. */
  stop(): void;
}

/** The shell that holds sockets, or the process that it has become. */
export interface SocketHolder {
  readonly pid: number;
  readonly pidStartTime: string;
  /** File of the command, in the language of the shell, that it becomes on SIGUSR1. */
  readonly command: string;
  /** `host port` of its descriptors, from the first behind the standard streams on. */
  readonly addresses: readonly string[];
}

export interface HeldSocketsOptions {
  /** Where the holder is recorded. */
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Changes within this time make one new holder. */
const GATHER_MS = 200;
const FIRST = 3;

/**
 * A line says that it is recorded: before that nobody could find it, and it would keep addresses that are needed. The pipe ends when its
 * other end does: with the process that it holds sockets for. If nobody comes then, nobody is to wait for long. It leaves no `sleep`
 * behind, which would have the sockets, too.
 */
const SCRIPT = `
trap '[ -z "$timer" ] || kill "$timer"; . "$1"' USR1
trap '[ -z "$timer" ] || kill "$timer"; exit' TERM
read -r _ || exit
read -r _
sleep 30 & timer=$!
wait "$timer"`;

export const findHolder = (file: string): SocketHolder | undefined => readRecord<SocketHolder>(file);

export function holdSockets({ file, clock, logger }: HeldSocketsOptions): HeldSockets {
  const inherited = inheritedSockets(file);
  const servers = new Set<Server>();
  let holder: ChildProcess | undefined;
  let turn: Promise<void> = Promise.resolve();
  let cancel: (() => void) | undefined;
  /** The holder has sockets that nobody listens with any more: their addresses are not free. */
  let hasClosed = false;
  // Elsewhere nothing tells one process from the next of the same number.
  let isStopped = process.platform !== 'linux';

  function holdSoon(): void {
    if (!isStopped) cancel ??= clock.after(GATHER_MS, () => void holdNow());
  }

  /** Resolves when nothing else is held any more. */
  function holdNow(): Promise<void> {
    cancel?.();
    cancel = undefined;
    if (isStopped) return turn;
    hasClosed = false;
    turn = turn.then(hold).catch((error: unknown) => {
      logger.warn({ error: problemOf(error).message }, 'nobody holds listening sockets');
    });
    return turn;
  }

  async function hold(): Promise<void> {
    const sockets = [...servers].flatMap((server) => {
      const fd = descriptorOf(server);
      return fd === undefined ? [] : [{ fd, address: addressOf(server) }];
    });
    const before = holder;
    const command = `${file}.command`;
    const next = spawn('/bin/sh', ['-c', SCRIPT, 'pilotage-sockets', command], {
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit', ...sockets.map(({ fd }) => fd)],
    });
    next.unref();
    // Without descriptors there is not even a pipe. Who awaits its start hears of it.
    next.on('error', () => {});
    const pipe = next.stdin as Socket | null;
    pipe?.unref();
    // A holder that is killed is no failure of whoever it holds sockets for.
    pipe?.on('error', () => {});
    await once(next, 'spawn').catch(async (error: unknown) => {
      // The one before may have what was closed since: nobody could have those addresses.
      if (before) await ended(before);
      throw error;
    });
    const pid = next.pid ?? 0;
    const addresses = sockets.map(({ address }) => address);
    const record: SocketHolder = { pid, pidStartTime: processStartTime(pid) ?? '', command, addresses };
    try {
      writeRecord(file, record);
    } catch (error) {
      await ended(next);
      throw error;
    }
    pipe?.write('\n');
    holder = next;
    if (before) await ended(before);
  }

  return {
    async listen(server, place) {
      if (hasClosed) await holdNow();
      const key = keyOf(place);
      const fd = inherited.get(key);
      inherited.delete(key);
      const isTaken = fd !== undefined && (await listen(server, { fd })) === undefined;
      const failure = isTaken ? undefined : await listen(server, place);
      if (failure !== undefined) return failure;
      servers.add(server);
      holdSoon();
      return undefined;
    },
    closed(server) {
      hasClosed ||= servers.delete(server);
      holdSoon();
    },
    settle() {
      for (const fd of inherited.values()) closeSync(fd);
      inherited.clear();
    },
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}

/** It may go on reading, but has nothing to clean up. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** What this process was born with, if it was the holder until then. */
function inheritedSockets(file: string): Map<string, number> {
  const holder = findHolder(file);
  const isMine = holder?.pid === process.pid && isSameProcess(process.pid, holder.pidStartTime);
  return new Map(isMine ? holder.addresses.map((address, i) => [address, FIRST + i]) : []);
}

const keyOf = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host} ${port}`;

function addressOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return keyOf({ host: address, port });
}

/** Node says it of what it listens with, and has no word for it in its types. */
const descriptorOf = (server: Server): number | undefined => {
  const { _handle: handle } = server as { _handle?: { readonly fd?: number } };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
};
