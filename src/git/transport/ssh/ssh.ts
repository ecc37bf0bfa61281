import { ProblemError } from '../../../base/errors.ts';
import { objectsToSend } from '../../history/reachable.ts';
import { log } from '../../history/walk.ts';
import { branchRef } from '../../objects/refname.ts';
import { ObjectStore } from '../../store/object-store.ts';
import { writePack } from '../../store/pack-writer.ts';
import { addPack } from '../../store/quarantine.ts';
import type { Oid, Repository } from '../../types.ts';
import { setBranches } from '../mirror.ts';
import { type Listing, Reader, sendPush, startPush } from '../packclient.ts';
import { mayPush, type Remote, type RemoteOptions, type SshOptions, type Transport } from '../transport.ts';
import { formatSshAddress, isSshAddress, parseSshAddress, type SshAddress } from './address.ts';
import { inSession } from './session.ts';

/** Commits that a server is told of for each branch that is here: enough to meet again after a few were rewritten. */
const HAVES_PER_BRANCH = 32;
const MOST_HAVES = 2_048;

/** ssh://…, and git@host:path: OpenSSH's client carries our own end of git's protocol. */
export const ssh: Transport = {
  reaches: isSshAddress,
  open: (address, options) => new SshRemote(parseSshAddress(address), options),
};

class SshRemote implements Remote {
  readonly url: string;
  readonly #address: SshAddress;
  readonly #options: SshOptions;

  constructor(address: SshAddress, { ssh: options }: RemoteOptions) {
    this.url = formatSshAddress(address);
    if (!options)
      throw new ProblemError({
        reason: 'UnsupportedTransport',
        message: `${this.url}: nothing says with which key and to which host key`,
        remedy: 'pilotage connect DELIVERY URL',
      });
    this.#address = address;
    this.#options = options;
  }

  listBranches(signal?: AbortSignal): Promise<Listing> {
    return this.#reading(signal, async (reader) => {
      const listing = await reader.list();
      reader.leave();
      return listing;
    });
  }

  async fetch(into: Repository, branches: readonly string[], signal?: AbortSignal): Promise<void> {
    const store = new ObjectStore(`${into.dir}/objects`);
    try {
      const listing = await this.#reading(signal, async (reader) => {
        const listed = await reader.list();
        const tips = branches.flatMap((branch) => listed.branches[branch] ?? []);
        const lacking = [...new Set(tips)].filter((oid) => !store.has(oid));
        if (lacking.length === 0) reader.leave();
        else await addPack(into.dir, store, reader.fetch(lacking, await havesOf(into, store)));
        return listed;
      });
      await setBranches(into, { url: this.url, ...listing }, branches);
    } finally {
      store.close();
    }
  }

  push(
    from: Repository,
    branch: string,
    oid: Oid,
    expected: Oid | null,
    signal?: AbortSignal,
  ): Promise<'pushed' | 'rejected'> {
    return this.#session('git-receive-pack', signal, async ({ output, input }) => {
      const started = await startPush({ output });
      const tip = started.refs.get(branchRef(branch));
      if (!(await mayPush(from, oid, tip, expected)) || tip === oid) {
        input.end('0000');
        return tip === oid && expected === oid ? 'pushed' : 'rejected';
      }
      const store = new ObjectStore(`${from.dir}/objects`);
      try {
        const have = [...started.refs.values()].filter((known) => store.has(known));
        const oids = await objectsToSend(store, { tips: [oid], have });
        const update = { branch, from: tip, to: oid };
        return await sendPush(started, input, update, writePack(store, oids, { ofsDelta: true }));
      } finally {
        store.close();
      }
    });
  }

  async mayWrite(signal?: AbortSignal): Promise<void> {
    await this.#session('git-receive-pack', signal, async ({ output, input }) => {
      await startPush({ output });
      input.end('0000');
    });
  }

  #reading<T>(signal: AbortSignal | undefined, work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#session('git-upload-pack', signal, (session) => work(new Reader(session)));
  }

  #session<T>(
    service: Parameters<typeof inSession>[1],
    signal: AbortSignal | undefined,
    work: Parameters<typeof inSession<T>>[3],
  ): Promise<T> {
    return inSession(this.#address, service, { options: this.#options, signal }, work);
  }
}

async function havesOf(into: Repository, store: ObjectStore): Promise<readonly Oid[]> {
  const haves = new Set<Oid>();
  for (const tip of Object.values(await into.branches())) {
    if (haves.size >= MOST_HAVES) break;
    if (!store.has(tip)) continue;
    for (const { oid } of await log(store, tip, { limit: HAVES_PER_BRANCH })) haves.add(oid);
  }
  return [...haves].slice(0, MOST_HAVES);
}
