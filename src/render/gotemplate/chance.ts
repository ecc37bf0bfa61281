import type { KeyObject } from 'node:crypto';

/** The private keys that a template may ask for: `rsa-2048` is of certificates, the others are `genPrivateKey`'s. */
export type KeyType = 'rsa-2048' | 'rsa-4096' | 'dsa' | 'ecdsa' | 'ed25519';

/** So many random bytes, fit for secrets. */
export type RandomBytes = (count: number) => Uint8Array;

/** What no template can make twice, and no render may find by itself. */
export interface Chance {
  readonly random: RandomBytes;
  readonly now: () => Date;
  readonly generateKey: (type: KeyType) => KeyObject;
}
