import { readProc } from '../../../../base/proc.ts';

/** A listening TCP socket of the machine. */
export interface Listening {
  readonly inode: string;
  /** IPv4 in dotted form, also where a socket of IPv6 is bound to a mapped one; IPv6 as 32 hexadecimal digits. */
  readonly address: string;
  readonly port: number;
  /** Bound to 0.0.0.0 or ::, so that it answers on every address that no other socket is bound to. */
  readonly wildcard: boolean;
}

/** State of a listening socket in /proc/net/tcp (include/net/tcp_states.h). */
const LISTEN = '0A';
const MAPPED = '00000000000000000000ffff';

/** Listening sockets in a text of /proc/net/tcp or tcp6. */
export function parseListening(text: string): Listening[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local = '', , state, , , , , , inode = ''] = fields;
    const [words = '', port = ''] = local.split(':');
    if (state !== LISTEN) return [];
    const address = addressOf(words);
    return [{ inode, address, port: Number.parseInt(port, 16), wildcard: /^[0.]+$/.test(address) }];
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

/** Listening sockets of the network namespace of this process; undefined where the system does not tell. */
export function readListening(): readonly Listening[] | undefined {
  // A table that can be read has at least its heading.
  const tables = ['net/tcp', 'net/tcp6'].map(readProc).filter(Boolean);
  return tables.length === 0 ? undefined : tables.flatMap(parseListening);
}

/**
 * The sockets that may answer a connection to an address: those bound to it, else those bound to every address, of which one of IPv4
 * goes before one of IPv6 (Linux `inet_hashtables.c` compute_score). Several share a port by SO_REUSEPORT.
 */
export function answering(sockets: readonly Listening[], host: string, port: number): readonly Listening[] {
  const there = sockets.filter((one) => one.port === port);
  const own = there.filter((one) => one.address === host);
  if (own.length > 0) return own;
  const wild = there.filter((one) => one.wildcard);
  const first = wild.filter((one) => one.address === '0.0.0.0');
  return first.length > 0 ? first : wild;
}
