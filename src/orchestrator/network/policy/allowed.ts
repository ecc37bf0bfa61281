import { cidrContains, parseCidr } from '../../../base/cidr.ts';
import { parseIp } from '../../../base/ip.ts';
import type { Allow, Block, PolicySet } from './compile.ts';

/** One end of a connection. */
export interface End {
  /** Of its pod; undefined: it is none that policies know. */
  readonly uid: string | undefined;
  readonly address: string;
}

export interface Target {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** Whether policies let `from` connect to `to`: what leaves the one and what comes to the other must both be allowed. */
export function isAllowed(policies: PolicySet, from: End, to: End, target: Target): boolean {
  const egress = rulesOf(policies, from)?.egress;
  const ingress = rulesOf(policies, to)?.ingress;
  return passes(egress, to, target) && passes(ingress, from, target);
}

const rulesOf = ({ rules }: PolicySet, { uid }: End) =>
  uid !== undefined && Object.hasOwn(rules, uid) ? rules[uid] : undefined;

const passes = (rules: readonly Allow[] | undefined, peer: End, { protocol, port }: Target): boolean =>
  rules === undefined ||
  rules.some(
    (rule) =>
      (rule.protocol === undefined || rule.protocol === protocol) &&
      (rule.ports === undefined || (port >= rule.ports[0] && port <= rule.ports[1])) &&
      (rule.peers === undefined || rule.peers.some((block) => isMeant(block, peer))),
  );

function isMeant({ cidr, except, pod }: Block, { uid, address }: End): boolean {
  if (pod !== undefined) return uid === pod;
  const bytes = parseIp(address);
  const isIn = (range: string) => {
    const parsed = parseCidr(range);
    return bytes !== undefined && parsed !== undefined && cidrContains(parsed, bytes);
  };
  return isIn(cidr) && !except.some(isIn);
}
