import type { RegistryCredential } from '../runtime.ts';

/** Shorter ones are no secrets, and would blot out half of a text. */
const LEAST_CHARACTERS = 4;

/** Blots out what others repeat of secrets: more people read events and pushes than Secrets. Of one with several lines, each long line counts. */
export function withoutSecrets(
  text: string,
  secrets: readonly string[],
  credential?: RegistryCredential,
): string {
  const parts = secrets.flatMap((secret) => [
    secret,
    ...secret.split('\n').filter(({ length }) => length >= 8),
  ]);
  const basic =
    credential && credential.password !== ''
      ? [Buffer.from(`${credential.username}:${credential.password}`).toString('base64')]
      : [];
  return [...basic, ...parts]
    .map((part) => part.trim())
    .filter(({ length }) => length >= LEAST_CHARACTERS)
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, '…'), text);
}
