import { parseIp } from '../../../../base/ip.ts';
import type { Ipv4Range } from '../../../../base/ipv4range.ts';

/** Of linux/netlink.h and linux/rtnetlink.h. */
const RTM_NEWROUTE = 24;
const NLM_F = { request: 0x1, ack: 0x4, replace: 0x100, create: 0x400 };
const [AF_INET, RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_HOST, RTN_LOCAL] = [2, 255, 4, 254, 2];
const [RTA_DST, RTA_OIF] = [1, 4];
/** The loopback interface is the first of every network namespace. */
const LOOPBACK = 1;

/**
 * A message of rtnetlink(7), in the byte order of x86-64 and ARM64, that makes every address of a range one of the network namespace's own, as all of
 * 127.0.0.0/8 are: `ip route add local RANGE dev lo`.
 */
export function localRoute(range: Ipv4Range): Buffer {
  const [address = '', prefix = ''] = range.split('/');
  const header = Buffer.alloc(16);
  header.writeUInt16LE(RTM_NEWROUTE, 4);
  header.writeUInt16LE(NLM_F.request | NLM_F.ack | NLM_F.create | NLM_F.replace, 6);
  const route = Buffer.from([
    ...[AF_INET, Number(prefix), 0, 0],
    ...[RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_HOST, RTN_LOCAL],
    ...[0, 0, 0, 0],
  ]);
  const attributes = [
    attribute(RTA_DST, Buffer.from(parseIp(address) ?? [])),
    attribute(RTA_OIF, Buffer.from([LOOPBACK, 0, 0, 0])),
  ];
  const message = Buffer.concat([header, route, ...attributes]);
  message.writeUInt32LE(message.length, 0);
  return message;
}

function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(header.length + value.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, value]);
}
