import type { KubeClient } from '../../kube/client/client.ts';
import type { Secret } from '../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { isAlreadyExists, notFoundAsUndefined } from '../../kube/values/status.ts';
import { PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { generateIdentity, identitiesIn, recipientOf } from '../../render/sops/identities.ts';

/** The private keys of age that files of each delivery are sealed for: no repository opens what another has sealed. */
export interface AgeKeys {
  /** Every `AGE-SECRET-KEY-…` of the delivery. */
  identities(delivery: string): Promise<readonly string[]>;
  /** Those of the members that are named, with or without `.txt`. */
  identitiesNamed(delivery: string, names: readonly string[]): Promise<readonly string[]>;
  /** Their public halves, `age1…`; a key is made where there is none. */
  recipients(delivery: string): Promise<readonly string[]>;
}

/** A member of the Secret is a file as age-keygen writes it: a key a line, and comments. People may add members with keys of their own. */
export const ageKeysName = (delivery: string): string => `age-${delivery}`;

/** They stand in the namespace of the pilotage.dev objects, where no environment may read. */
export function createAgeKeys(home: KubeClient): AgeKeys {
  const read = async (
    delivery: string,
    isMeant: (member: string) => boolean = () => true,
  ): Promise<readonly string[]> => {
    const named = { namespace: PILOTAGE_NAMESPACE, name: ageKeysName(delivery) };
    const secret = (await home.get(SECRETS, named).catch(notFoundAsUndefined)) as Secret | undefined;
    const members = Object.entries(secret?.data ?? {}).filter(([member]) => isMeant(member));
    return members.flatMap(([, base64]) => identitiesIn(Buffer.from(base64, 'base64').toString('utf8')));
  };
  const make = async (delivery: string): Promise<void> => {
    const identity = await generateIdentity();
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: PILOTAGE_NAMESPACE, name: ageKeysName(delivery) },
      stringData: { 'keys.txt': `${identity}\n` },
    };
    // Whoever asked at the same time has made one.
    await home.create(SECRETS, object).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  };
  return {
    identities: (delivery) => read(delivery),
    identitiesNamed: async (delivery, names) =>
      names.length === 0
        ? []
        : read(delivery, (member) => names.includes(member) || names.includes(member.replace(/\.txt$/, ''))),
    async recipients(delivery) {
      if ((await read(delivery)).length === 0) await make(delivery);
      return await Promise.all((await read(delivery)).map(recipientOf));
    },
  };
}
