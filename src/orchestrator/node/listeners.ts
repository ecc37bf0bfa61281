import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Attempt } from './runtime.ts';

/** A listening socket of the machine. */
export interface Listening {
  readonly inode: string;
  readonly port: number;
  readonly wildcard: boolean;
}

/** State of a listening socket in /proc/net/tcp (include/net/tcp_states.h). */
const LISTEN = '0A';

/** Listening sockets in a text of /proc/net/tcp or tcp6. Wildcard: bound to 0.0.0.0 or ::. */
export function parseListening(text: string): Listening[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local = '', , state, , , , , , inode = ''] = fields;
    const [address = '', port = ''] = local.split(':');
    if (state !== LISTEN) return [];
    return [{ inode, port: Number.parseInt(port, 16), wildcard: /^0+$/.test(address) }];
  });
}

/**
 * Ports on which containers listen on every address of the machine, per pod uid. Looks at all processes of the machine once; those of other
 * users that may not be looked at are passed over. Empty where there is no /proc.
 */
export function findWildcards(
  attempts: readonly Attempt[],
): Map<string, { container: string; port: number }[]> {
  const found = new Map<string, { container: string; port: number }[]>();
  const wild = new Map(
    listening()
      .filter((one) => one.wildcard)
      .map((one) => [one.inode, one.port]),
  );
  if (wild.size === 0) return found;
  const groups = new Map(
    attempts.flatMap(({ ref, state }) => (state.type === 'running' ? [[state.pid, ref] as const] : [])),
  );
  for (const pid of numbers('/proc')) {
    const ref = groups.get(groupOf(pid));
    if (!ref) continue;
    const ports = new Set(socketsOf(pid).flatMap((inode) => wild.get(inode) ?? []));
    const known = found.get(ref.pod) ?? [];
    for (const port of ports) {
      const isKnown = known.some((one) => one.container === ref.container && one.port === port);
      if (!isKnown) known.push({ container: ref.container, port });
    }
    if (known.length > 0) found.set(ref.pod, known);
  }
  return found;
}

const listening = (): Listening[] =>
  ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => parseListening(read(file)));

function groupOf(pid: string): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

function socketsOf(pid: string): string[] {
  return numbers(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

function numbers(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
