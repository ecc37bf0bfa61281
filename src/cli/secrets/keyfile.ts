import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import { generateIdentity, identitiesIn } from '../../render/sops/identities.ts';

type Environment = Readonly<Record<string, string>>;

/** Where sops(1) keeps the keys of whoever is at the keyboard. */
export const keyFile = ({ SOPS_AGE_KEY_FILE, XDG_CONFIG_HOME, HOME = '' }: Environment): string =>
  SOPS_AGE_KEY_FILE || join(XDG_CONFIG_HOME || join(HOME, '.config'), 'sops', 'age', 'keys.txt');

/** The private keys at hand: those of SOPS_AGE_KEY, and of the key file. */
export async function ownIdentities(env: Environment): Promise<readonly string[]> {
  const kept = await readFile(keyFile(env), 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  });
  return [...identitiesIn(env.SOPS_AGE_KEY ?? ''), ...identitiesIn(kept)];
}

/** A key in the key file, made where there is none. Says whether it was. */
export async function ensureIdentity(
  env: Environment,
): Promise<{ readonly identities: readonly string[]; readonly made: boolean }> {
  const identities = await ownIdentities(env);
  if (identities.length > 0) return { identities, made: false };
  const identity = await generateIdentity();
  await mkdir(dirname(keyFile(env)), { recursive: true, mode: 0o700 });
  await writeFile(keyFile(env), `${identity}\n`, { mode: 0o600, flag: 'a' });
  return { identities: [identity], made: true };
}
