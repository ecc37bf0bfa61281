import { readProc } from '../../../base/proc.ts';

/** Where the network of a pod is seen on this machine. */
export interface PodPlace {
  /** A directory below /proc, of a process in that network. */
  readonly proc: string;
  /** The pod's. */
  readonly address: string;
}

/** The path of its network namespace; undefined: what is there is another one. An engine elsewhere counts processes of its own. */
export function namespaceOf({ proc, address }: PodPlace): string | undefined {
  const isThere = hasAddress(readProc(`${proc}/net/fib_trie`), address);
  return isThere ? `/proc/${proc}/ns/net` : undefined;
}

/** Whether a text of /proc/net/fib_trie has an address among those of its own network. */
export function hasAddress(fibTrie: string, address: string): boolean {
  const lines = fibTrie.split('\n').map((line) => line.trim());
  return lines.some((line, i) => line === `|-- ${address}` && lines[i + 1] === '/32 host LOCAL');
}

/**
 * At which the node is in the network of a pod, by a text of /proc/net/route: the way to everywhere. The kernel prints addresses as words, here
 * little-endian.
 */
export function gatewayIn(routes: string): string | undefined {
  for (const line of routes.split('\n')) {
    const [, destination, gateway = ''] = line.trim().split(/\s+/);
    if (destination !== '00000000' || !/^[0-9A-F]{8}$/.test(gateway) || gateway === '00000000') continue;
    const bytes = gateway.match(/../g) ?? [];
    return bytes
      .reverse()
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
  }
  return undefined;
}

export const gatewayOf = ({ proc }: PodPlace): string | undefined => gatewayIn(readProc(`${proc}/net/route`));
