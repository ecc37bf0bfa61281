import { peel } from '../history/reachable.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { RefStore } from '../store/refs.ts';
import type { Oid } from '../types.ts';
import { FLUSH, packet } from '../wire/pkt-line.ts';

const AGENT = 'agent=pilotage';
export const SERVICES = ['git-upload-pack', 'git-receive-pack'] as const;
export type Service = (typeof SERVICES)[number];

/** Capabilities for fetching in protocol 0 and 1 (gitprotocol-capabilities). No filters: deliveries are fetched completely. */
const UPLOAD_CAPABILITIES = [
  'multi_ack_detailed',
  'side-band-64k',
  'ofs-delta',
  'shallow',
  'deepen-since',
  'deepen-not',
  'deepen-relative',
  'no-progress',
  'include-tag',
  'allow-tip-sha1-in-want',
  'allow-reachable-sha1-in-want',
];

/** `no-thin`: a pack must contain the bases of its deltas, so that it can be stored as it was received. */
const RECEIVE_CAPABILITIES = [
  'report-status',
  'delete-refs',
  'side-band-64k',
  'quiet',
  'atomic',
  'ofs-delta',
  'no-thin',
  'push-options',
];

const COMMON = ['object-format=sha1', AGENT];
const ZERO = '0'.repeat(40);

/** Refs that a client may see; our own (`refs/pilotage/`) stay hidden. */
export function visibleRefs(refs: RefStore): ReadonlyMap<string, Oid> {
  return new Map([...refs.list('refs/heads/'), ...refs.list('refs/tags/')]);
}

/** Answer to `info/refs` in protocol 0 and 1. */
export function advertiseRefs(
  service: Service,
  version: 0 | 1,
  repository: { readonly store: ObjectStore; readonly refs: RefStore } | undefined,
): Buffer {
  const refs = repository ? visibleRefs(repository.refs) : new Map<string, Oid>();
  const head = repository?.refs.head();
  const headOid = head === undefined ? undefined : refs.get(head);
  const lines: string[] = [];
  if (service === 'git-upload-pack' && headOid) lines.push(`${headOid} HEAD`);
  for (const [name, oid] of refs) {
    lines.push(`${oid} ${name}`);
    const peeled = repository && service === 'git-upload-pack' ? peeledTag(repository.store, oid) : undefined;
    if (peeled) lines.push(`${peeled} ${name}^{}`);
  }
  const symref = headOid && service === 'git-upload-pack' ? [`symref=HEAD:${head}`] : [];
  const own = service === 'git-upload-pack' ? UPLOAD_CAPABILITIES : RECEIVE_CAPABILITIES;
  const capabilities = [...own, ...symref, ...COMMON].join(' ');
  const [first = `${ZERO} capabilities^{}`, ...others] = lines;
  return Buffer.concat([
    packet(`# service=${service}\n`),
    FLUSH,
    ...(version === 1 ? [packet('version 1\n')] : []),
    packet(`${first}\0${capabilities}\n`),
    ...others.map((line) => packet(`${line}\n`)),
    FLUSH,
  ]);
}

/** Answer to `info/refs` in protocol 2 (gitprotocol-v2, "Capability Advertisement"). */
export function advertiseCapabilities(): Buffer {
  const lines = ['version 2', AGENT, 'ls-refs=unborn', 'fetch=shallow', 'object-format=sha1'];
  return Buffer.concat([
    packet('# service=git-upload-pack\n'),
    FLUSH,
    ...lines.map((line) => packet(`${line}\n`)),
    FLUSH,
  ]);
}

/** Protocol 2's `ls-refs`. */
export function listRefs(store: ObjectStore, refs: RefStore, args: readonly string[]): Buffer {
  const prefixes = args
    .filter((arg) => arg.startsWith('ref-prefix '))
    .map((arg) => arg.slice('ref-prefix '.length));
  const asked = (name: string) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix));
  const visible = visibleRefs(refs);
  const head = refs.head();
  const headOid = head === undefined ? undefined : visible.get(head);
  const lines: string[] = [];
  if (asked('HEAD') && head !== undefined) {
    const target = args.includes('symrefs') ? ` symref-target:${head}` : '';
    if (headOid) lines.push(`${headOid} HEAD${target}`);
    else if (args.includes('unborn')) lines.push(`unborn HEAD${target}`);
  }
  for (const [name, oid] of visible) {
    if (!asked(name)) continue;
    const peeled = args.includes('peel') ? peeledTag(store, oid) : undefined;
    lines.push(`${oid} ${name}${peeled ? ` peeled:${peeled}` : ''}`);
  }
  return Buffer.concat([...lines.map((line) => packet(`${line}\n`)), FLUSH]);
}

function peeledTag(store: ObjectStore, oid: Oid): Oid | undefined {
  const { tags, target } = peel(store, oid);
  return tags.length > 0 ? target : undefined;
}
