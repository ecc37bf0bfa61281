import { readProc } from '../../../../base/proc.ts';

/** A socket of the machine that anybody may connect or send to. */
export interface Listening {
  readonly inode: string;
  /** IPv4 in dotted form, also where a socket of IPv6 is bound to a mapped one; IPv6 as 32 hexadecimal digits. */
  readonly address: string;
  readonly port: number;
  /** Bound to 0.0.0.0 or ::, so that it answers on every address that no other socket is bound to. */
  readonly wildcard: boolean;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
}

/** States of such sockets in /proc/net/tcp and /proc/net/udp (include/net/tcp_states.h): TCP_LISTEN, and TCP_CLOSE for what is not connected. */
const OPEN = { TCP: '0A', UDP: '07' };
const MAPPED = '00000000000000000000ffff';

/** Those in a text of /proc/net/tcp or tcp6, or of udp or udp6. */
export function parseListening(text: string, protocol?: 'UDP'): Listening[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local = '', , state, , , , , , inode = ''] = fields;
    const [words = '', port = ''] = local.split(':');
    if (state !== OPEN[protocol ?? 'TCP']) return [];
    const address = addressOf(words);
    const known = { inode, address, port: Number.parseInt(port, 16), wildcard: /^[0.]+$/.test(address) };
    return [protocol ? { ...known, protocol } : known];
  });
}

/** The kernel prints an address in words of 32 bits, each in the byte order of the machine: a little-endian one is taken for granted. */
function addressOf(words: string): string {
  const bytes = words.match(/.{8}/g)?.flatMap((word) => (word.match(/../g) ?? []).reverse()) ?? [];
  const hex = bytes.join('').toLowerCase();
  if (bytes.length !== 4 && !hex.startsWith(MAPPED)) return hex;
  return bytes
    .slice(-4)
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

/** All of the network namespace of this process; undefined where the system does not tell. */
export function readListening(): readonly Listening[] | undefined {
  // A table that can be read has at least its heading.
  const tables = ['net/tcp', 'net/tcp6'].map(readProc).filter(Boolean);
  if (tables.length === 0) return undefined;
  const datagrams = ['net/udp', 'net/udp6'].map(readProc);
  return [...tables, ...datagrams].flatMap((text, i) =>
    parseListening(text, i < tables.length ? undefined : 'UDP'),
  );
}

/**
 * The sockets that may answer a connection to an address: those bound to it, else those bound to every address, of which one of IPv4
 * goes before one of IPv6 (Linux `inet_hashtables.c` compute_score). Several share a port by SO_REUSEPORT.
 */
export function answering(
  sockets: readonly Listening[],
  host: string,
  port: number,
  protocol?: 'UDP',
): readonly Listening[] {
  const there = sockets.filter((one) => one.port === port && one.protocol === protocol);
  const own = there.filter((one) => one.address === host);
  if (own.length > 0) return own;
  const wild = there.filter((one) => one.wildcard);
  const first = wild.filter((one) => one.address === '0.0.0.0');
  return first.length > 0 ? first : wild;
}
