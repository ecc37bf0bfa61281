import type { Writable } from 'node:stream';
import { ProblemError } from '../../base/errors.ts';
import { branchOf, branchRef, tipsByBranch } from '../objects/refname.ts';
import type { Oid } from '../types.ts';
import { DELIM, FLUSH, lineOf, type Packet, PacketReader, packet } from '../wire/pkt-line.ts';

/** Our end of git's protocol on a connection that stays open (ssh): gitprotocol-v2, and gitprotocol-pack where a server speaks only that. */
export interface Conversation {
  readonly output: AsyncIterable<Buffer>;
  readonly input: Writable;
}

export interface Listing {
  readonly head: string | undefined;
  readonly branches: Readonly<Record<string, Oid>>;
}

/** Bytes that a list of refs may have: a hundred thousand branches are ten million. */
const MOST_LISTED = 64 * 2 ** 20;
const AGENT = 'agent=pilotage';

export interface Refs {
  readonly refs: ReadonlyMap<string, Oid>;
  readonly head: string | undefined;
  readonly capabilities: string;
}

/** Asks for HEAD and branches at once: all refs of a large forge repository (one per pull request) would be megabytes per poll. */
export const LS_REFS = Buffer.concat([
  packet('command=ls-refs\n'),
  packet(AGENT),
  DELIM,
  ...['symrefs', 'ref-prefix HEAD', 'ref-prefix refs/heads/'].map((line) => packet(`${line}\n`)),
  FLUSH,
]);

/** The answer to `LS_REFS`. */
export async function listed(packets: PacketReader): Promise<Refs> {
  const refs = new Map<string, Oid>();
  let head: string | undefined;
  for (const line of await until(packets, 'flush')) {
    const [oid = '', ref = '', ...attributes] = line.split(' ');
    const target = attributes.find((word) => word.startsWith('symref-target:'));
    if (ref === 'HEAD') head = branchOf(target?.slice('symref-target:'.length) ?? '');
    if (/^[0-9a-f]{40}$/.test(oid)) refs.set(ref, oid);
  }
  return { refs, head, capabilities: '' };
}

export const listingOf = ({ refs, head }: Refs): Listing => ({
  head,
  branches: tipsByBranch(
    [...refs].flatMap(([ref, oid]) => {
      const branch = branchOf(ref);
      return branch === undefined ? [] : [[branch, oid] as const];
    }),
  ),
});

/** A repository that is read from. */
export class Reader {
  readonly #packets: PacketReader;
  readonly #input: Writable;
  #listed: { readonly version: 0 | 2; readonly refs: Refs } | undefined;

  constructor({ output, input }: Conversation) {
    this.#packets = new PacketReader(output);
    this.#input = input;
  }

  async list(): Promise<Listing> {
    const first = await this.#packets.next();
    const isSecond = first.kind === 'data' && lineOf(first.data) === 'version 2';
    if (isSecond) await until(this.#packets, 'flush');
    const refs = isSecond ? await this.#ask() : await advertised(this.#packets, first);
    this.#listed = { version: isSecond ? 2 : 0, refs };
    return listingOf(refs);
  }

  /** The pack that brings `wants` to where `haves` are; after `list`, and once. */
  async *fetch(wants: readonly Oid[], haves: readonly Oid[]): AsyncGenerator<Buffer> {
    if (!this.#listed) throw new Error('what is there is asked first');
    const isSecond = this.#listed.version === 2;
    const lines = wants.map((oid) => `want ${oid}`);
    const have = haves.map((oid) => packet(`have ${oid}\n`));
    if (isSecond) {
      const options = ['no-progress', 'ofs-delta', ...lines].map((line) => packet(`${line}\n`));
      const head = [packet('command=fetch\n'), packet(AGENT), DELIM, ...options];
      this.#input.write(Buffer.concat([...head, ...have, packet('done\n'), FLUSH]));
    } else {
      const wanted = `side-band-64k ofs-delta no-progress ${AGENT}`;
      const asked = lines.map((line, at) => packet(at === 0 ? `${line} ${wanted}\n` : `${line}\n`));
      this.#input.write(Buffer.concat([...asked, FLUSH, ...have, packet('done\n')]));
    }
    yield* this.#pack();
    if (isSecond) this.leave();
  }

  /** Tells the server that nothing else is asked. */
  leave(): void {
    if (this.#input.writable) this.#input.end(FLUSH);
  }

  async #ask(): Promise<Refs> {
    this.#input.write(LS_REFS);
    return listed(this.#packets);
  }

  async *#pack(): AsyncGenerator<Buffer> {
    let complete = false;
    for (;;) {
      const next = await this.#packets.next();
      if (next.kind === 'end') break;
      if (next.kind === 'flush') {
        complete = true;
        break;
      }
      if (next.kind !== 'data') continue;
      const band = next.data[0] ?? 0;
      if (band === 1) yield next.data.subarray(1);
      else if (band === 3) throw said(lineOf(next.data.subarray(1)));
      else if (band !== 2 && lineOf(next.data).startsWith('ERR ')) throw said(lineOf(next.data).slice(4));
    }
    if (!complete) throw cut();
  }
}

/** What a push found: whether the server may be written to is known once it lists its refs. */
export async function startPush({ output }: Pick<Conversation, 'output'>): Promise<{
  readonly refs: ReadonlyMap<string, Oid>;
  readonly packets: PacketReader;
  readonly hasSideBand: boolean;
}> {
  const packets = new PacketReader(output);
  let first = await packets.next();
  // A server may answer a question for the second version with the first (gitprotocol-pack, "version 1").
  if (first.kind === 'data' && lineOf(first.data) === 'version 1') first = await packets.next();
  const { refs, capabilities } = await advertised(packets, first);
  return { refs, packets, hasSideBand: capabilities.includes('side-band-64k') };
}

/** Sends one branch with its pack. `rejected`: it is not where it was expected. @throws ProblemError PushRefused */
export async function sendPush(
  { packets, hasSideBand }: { readonly packets: PacketReader; readonly hasSideBand: boolean },
  input: Writable,
  update: { readonly branch: string; readonly from: Oid | undefined; readonly to: Oid },
  pack: AsyncIterable<Buffer>,
): Promise<'pushed' | 'rejected'> {
  const ref = branchRef(update.branch);
  const words = `report-status${hasSideBand ? ' side-band-64k' : ''} ${AGENT}`;
  const command = `${update.from ?? '0'.repeat(40)} ${update.to} ${ref}\0 ${words}`;
  input.write(Buffer.concat([packet(command), FLUSH]));
  for await (const chunk of pack)
    if (!input.write(chunk))
      await new Promise<void>((resolve) => void input.once('drain', resolve).once('close', resolve));
  const lines = await until(hasSideBand ? new PacketReader(firstBand(packets)) : packets, 'flush');
  const [unpacked = '', ...outcomes] = lines;
  const outcome = outcomes.find((line) => line.slice(3).startsWith(ref)) ?? '';
  if (unpacked === 'unpack ok' && outcome.startsWith('ok ')) return 'pushed';
  const why = outcome.slice(`ng ${ref} `.length) || unpacked.replace(/^unpack /, '');
  if (
    /fetch first|non-fast-forward|stale info|failed to (lock|update ref)|cannot lock ref|already exists/.test(
      why,
    )
  )
    return 'rejected';
  throw new ProblemError({
    reason: 'PushRefused',
    message: `the remote refuses the push: ${why || 'it did not say why'}`,
    remedy: 'let the account that Pilotage uses push to this branch (branch protection, hooks, permissions)',
  });
}

async function* firstBand(packets: PacketReader): AsyncGenerator<Buffer> {
  for (let next = await packets.next(); next.kind === 'data'; next = await packets.next()) {
    if (next.data[0] === 1) yield next.data.subarray(1);
    if (next.data[0] === 3) throw said(lineOf(next.data.subarray(1)));
  }
}

/** Refs as a server lists them unasked; capabilities stand behind the first one. */
export async function advertised(packets: PacketReader, first: Packet): Promise<Refs> {
  const refs = new Map<string, Oid>();
  let capabilities = '';
  let bytes = 0;
  let next = first;
  for (; next.kind === 'data'; next = await packets.next()) {
    bytes += next.data.length;
    if (bytes > MOST_LISTED) throw said('it lists more refs than can be taken in');
    const [line = '', words] = lineOf(next.data).split('\0');
    if (line.startsWith('ERR ')) throw said(line.slice(4));
    if (words !== undefined) capabilities = words;
    const [oid = '', ref = ''] = line.split(' ');
    if (/^[0-9a-f]{40}$/.test(oid) && ref !== 'capabilities^{}') refs.set(ref, oid);
  }
  if (next.kind !== 'flush') throw cut();
  const head = /(?:^| )symref=HEAD:(\S+)/.exec(capabilities)?.[1];
  return { refs, head: branchOf(head ?? ''), capabilities };
}

export async function until(packets: PacketReader, end: 'flush'): Promise<readonly string[]> {
  const lines: string[] = [];
  let bytes = 0;
  for (;;) {
    const next = await packets.next();
    if (next.kind === end) return lines;
    if (next.kind === 'end') throw cut();
    if (next.kind !== 'data') continue;
    bytes += next.data.length;
    if (bytes > MOST_LISTED) throw said('it lists more refs than can be taken in');
    const line = lineOf(next.data);
    if (line.startsWith('ERR ')) throw said(line.slice(4));
    lines.push(line);
  }
}

/** An error that becomes a problem where the address is known. */
const cut = (): Error => new Error('the connection was cut');
const said = (words: string): ProblemError =>
  new ProblemError({ reason: 'RemoteUnreachable', message: `the remote says: ${words.slice(0, 200)}` });
