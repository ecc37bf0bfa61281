/** Of many files that take long to load: when a key is made. */
const loadAge = () => import('age-encryption');

/** A new private key, `AGE-SECRET-KEY-1…`. */
export const generateIdentity = async (): Promise<string> => (await loadAge()).generateX25519Identity();

/** Its public half, `age1…`. */
export const recipientOf = async (identity: string): Promise<string> =>
  (await loadAge()).identityToRecipient(identity);

/** The private keys in a file as age-keygen writes it: a key a line, and comments. */
export const identitiesIn = (text: string): readonly string[] =>
  text.match(/^AGE-SECRET-KEY-1[0-9A-Z]+/gm) ?? [];
