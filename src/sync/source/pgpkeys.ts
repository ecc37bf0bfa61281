import type { FileTree } from '../../base/filetree.ts';
import { createMemo } from '../../base/memo.ts';
import { breather, Mutex } from '../../base/mutex.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Secret } from '../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { filesRead } from '../../render/reach.ts';
import { type DataKeys, messageDigest, messagesIn } from '../../render/sops/pgp.ts';
import type { Gpg } from './gpg.ts';

/** A tree that has more sealed for OpenPGP does not mean to: each is a program that is run. */
const MOST_MESSAGES = 50;
/** Of a sealed file, and of all that is looked through. What is not looked at stays sealed, and the render says so. */
const MOST_FILE_BYTES = 2 ** 20;
const MOST_BYTES = 32 * 2 ** 20;
const KEPT = 500;

/** The data keys of files that SOPS has sealed for OpenPGP keys of a delivery. They are opened here: a render has no gpg, and no private key. */
export interface PgpKeys {
  dataKeys(
    delivery: string,
    files: { readonly tree: FileTree; readonly path: string; readonly valuesFiles: readonly string[] },
  ): Promise<DataKeys>;
}

/** A member of the Secret is an armored private key without a passphrase, as `gpg --export-secret-keys --armor` writes it. */
export const pgpKeysName = (delivery: string): string => `pgp-${delivery}`;

export function createPgpKeys(home: KubeClient, gpg: Gpg): PgpKeys {
  const opened = createMemo<string>(KEPT);
  const turn = new Mutex();

  const keysOf = async (delivery: string): Promise<readonly string[]> => {
    const named = { namespace: PILOTAGE_NAMESPACE, name: pgpKeysName(delivery) };
    const secret = (await home.get(SECRETS, named).catch(notFoundAsUndefined)) as Secret | undefined;
    return Object.values(secret?.data ?? {}).map((base64) => Buffer.from(base64, 'base64').toString('utf8'));
  };

  return {
    async dataKeys(delivery, { tree, path, valuesFiles }) {
      const keys = await keysOf(delivery);
      if (keys.length === 0) return {};
      const messages = await messagesOf(tree, [...valuesFiles, ...filesRead(tree, path)]);
      const found: [string, string][] = [];
      for (const message of messages) {
        const digest = messageDigest(message);
        // By delivery: what its keys open is nothing to another.
        const known = opened.get(`${delivery} ${digest}`);
        const key = known ?? (await turn.run(() => gpg.open(keys, message)))?.toString('base64');
        if (key === undefined) continue;
        opened.set(`${delivery} ${digest}`, key);
        found.push([digest, key]);
      }
      return Object.fromEntries(found);
    },
  };
}

/** The files are whatever was pushed, and this is the daemon's own thread: it looks at so many bytes, and turns after each file. */
async function messagesOf(tree: FileTree, files: readonly string[]): Promise<readonly string[]> {
  const messages = new Set<string>();
  const breathe = breather(1);
  let looked = 0;
  for (const file of files.filter((each) => /\.(?:ya?ml|json|env|ini)$/.test(each))) {
    const bytes = tree.read(file) ?? new Uint8Array();
    looked += bytes.length;
    if (looked > MOST_BYTES) break;
    if (bytes.length <= MOST_FILE_BYTES)
      for (const message of messagesIn(Buffer.from(bytes).toString('utf8'))) messages.add(message);
    if (messages.size >= MOST_MESSAGES) break;
    await breathe();
  }
  return [...messages].slice(0, MOST_MESSAGES);
}
