import { parseCidr } from '../../../base/cidr.ts';
import type { Allow, Block, PodRules } from './compile.ts';

export interface Neighbourhood {
  /** Addresses at which the node is in the network of the pod, its relay among them: they may always connect and be connected to. */
  readonly node: readonly string[];
  /** Ranges in which the node's relay listens for Services. Who gets where by them, the agent decides. */
  readonly relayed: readonly string[];
}

export const TABLE = 'pilotage';

/**
 * The rules of one pod as a script of nft(8), for the network namespace of the pod. It replaces its own table in one step, or
 * removes it, and leaves all others alone.
 */
export function rulesetOf({ ingress, egress }: PodRules, around: Neighbourhood): string {
  // `delete` fails for a table that is not there.
  const cleared = [`table inet ${TABLE} {}`, `delete table inet ${TABLE}`];
  if (!ingress && !egress) return lines(cleared);
  return lines([
    ...cleared,
    `table inet ${TABLE} {`,
    ...(ingress ? chain('input', 'iifname', ingress, 'saddr', around.node) : []),
    ...(egress ? chain('output', 'oifname', egress, 'daddr', [...around.node, ...around.relayed]) : []),
    '}',
  ]);
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

/** A pod is never kept from itself, from answers, and from finding its neighbours by IPv6. */
function chain(
  hook: 'input' | 'output',
  interfaceOf: 'iifname' | 'oifname',
  allows: readonly Allow[],
  side: Side,
  always: readonly string[],
): readonly string[] {
  return [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority 0; policy drop;`,
    `    ${interfaceOf} "lo" accept`,
    '    ct state established,related accept',
    '    meta l4proto ipv6-icmp icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept',
    ...(always.length > 0 ? [`    ip ${side} { ${always.join(', ')} } accept`] : []),
    ...new Set(
      allows
        .flatMap((allow) => statements(allow, side))
        .map((one) => `    ${one} accept`.replace('  accept', ' accept')),
    ),
    '  }',
  ];
}

type Side = 'saddr' | 'daddr';

function statements(allow: Allow, side: Side): readonly string[] {
  const port = portMatch(allow);
  if (!allow.peers) return [port];
  return peerMatches(allow.peers, side).map((peer) => (port === '' ? peer : `${peer} ${port}`));
}

function portMatch({ protocol, ports }: Allow): string {
  if (protocol === undefined) return '';
  const name = protocol.toLowerCase();
  if (!ports) return `meta l4proto ${name}`;
  const [first, last] = ports;
  return `${name} dport ${first === last ? first : `${first}-${last}`}`;
}

/** Single addresses are one set, whatever their number; ranges, which may overlap, have a statement each. */
function peerMatches(peers: readonly Block[], side: Side): readonly string[] {
  const single = new Set<string>();
  const ranges: string[] = [];
  for (const { cidr, except, isElsewhere } of peers) {
    const range = parseCidr(cidr);
    if (!range || isElsewhere) continue;
    const family = range.bytes.length === 4 ? 'ip' : 'ip6';
    if (cidr.endsWith('/32') && family === 'ip') single.add(cidr.slice(0, -'/32'.length));
    else {
      // One without a prefix is everybody, which nft has no address for.
      const whole =
        range.length === 0 ? `meta nfproto ipv${family === 'ip' ? 4 : 6}` : `${family} ${side} ${cidr}`;
      const parts = except.map((one) => ` ${family} ${side} != ${one}`);
      ranges.push(`${whole}${parts.join('')}`);
    }
  }
  return [...(single.size > 0 ? [`ip ${side} { ${[...single].join(', ')} }`] : []), ...ranges];
}
