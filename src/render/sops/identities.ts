import { generateX25519Identity, identityToRecipient } from 'age-encryption';

/** A new private key, `AGE-SECRET-KEY-1…`. */
export const generateIdentity = (): Promise<string> => generateX25519Identity();

/** Its public half, `age1…`. */
export const recipientOf = (identity: string): Promise<string> => identityToRecipient(identity);

/** The private keys in a file as age-keygen writes it: a key a line, and comments. */
export const identitiesIn = (text: string): readonly string[] =>
  text.match(/^AGE-SECRET-KEY-1[0-9A-Z]+/gm) ?? [];
