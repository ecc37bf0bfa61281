import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { FileTree } from '../../base/filetree.ts';
import { createMemo } from '../../base/memo.ts';
import { breather, KeyedMutex } from '../../base/mutex.ts';
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
/** That no key opens a message is asked again after this: gpg may have been installed, or have been too slow. */
const FORGIVE_MS = 10 * 60_000;

/** The data keys of files that SOPS has sealed for OpenPGP keys of a delivery. They are opened here: a render has no gpg, and no private key. */
export interface PgpKeys {
  dataKeys(
    delivery: string,
    files: { readonly tree: FileTree; readonly path: string; readonly valuesFiles: readonly string[] },
  ): Promise<DataKeys>;
}

/** A member of the Secret is an armored private key without a passphrase, as `gpg --export-secret-keys --armor` writes it. */
export const pgpKeysName = (delivery: string): string => `pgp-${delivery}`;

export function createPgpKeys(home: KubeClient, gpg: Pick<Gpg, 'open'>, clock: Clock): PgpKeys {
  const opened = createMemo<string>(KEPT);
  /** When a message was not opened. */
  const unopened = createMemo<number>(KEPT);
  const turns = new KeyedMutex();

  /** undefined: no key opens it. */
  const keyOf = async (id: string, keys: readonly string[], message: string): Promise<string | undefined> => {
    const known = opened.get(id);
    const failedAt = unopened.get(id);
    if (known !== undefined || (failedAt !== undefined && clock.monotonic() - failedAt < FORGIVE_MS))
      return known;
    const key = (await gpg.open(keys, message))?.toString('base64');
    if (key === undefined) unopened.set(id, clock.monotonic());
    else opened.set(id, key);
    return key;
  };

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
      // By delivery: what its keys open is nothing to another. By its keys: others may open more, or less.
      const owner = `${delivery} ${createHash('sha256').update(JSON.stringify(keys)).digest('hex')}`;
      const found: [string, string][] = [];
      for (const message of messages) {
        const digest = messageDigest(message);
        const key = await turns.run(delivery, () => keyOf(`${owner} ${digest}`, keys, message));
        if (key !== undefined) found.push([digest, key]);
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
