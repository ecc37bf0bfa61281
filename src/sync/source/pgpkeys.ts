import type { FileTree } from '../../base/filetree.ts';
import { readText } from '../../base/filetree.ts';
import { createMemo } from '../../base/memo.ts';
import { Mutex } from '../../base/mutex.ts';
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
      const texts = [...filesRead(tree, path), ...valuesFiles]
        .filter((file) => /\.(?:ya?ml|json|env|ini)$/.test(file))
        .map((file) => readText(tree, file) ?? '');
      const messages = [...new Set(texts.flatMap(messagesIn))].slice(0, MOST_MESSAGES);
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
