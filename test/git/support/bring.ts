import { objectsToSend } from '../../../src/git/history/reachable.ts';
import type { OpenRepository } from '../../../src/git/repository.ts';
import { writePack } from '../../../src/git/store/pack-writer.ts';
import { addPack } from '../../../src/git/store/quarantine.ts';
import type { Oid } from '../../../src/git/types.ts';

export async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** Brings what the tips lead to, and `have` does not, from one repository to another as one pack, like a push. */
export async function bring(
  from: OpenRepository,
  to: OpenRepository,
  tips: readonly Oid[],
  have: readonly Oid[] = [],
): Promise<void> {
  const oids = await objectsToSend(from.store, { tips, have });
  await addPack(to.dir, to.store, writePack(from.store, oids, { ofsDelta: true }));
  to.store.rescan();
}
