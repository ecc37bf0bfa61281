import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, ProblemError, problemOf } from '../base/errors.ts';
import { writeSecret } from '../base/secretfile.ts';

/**
 * Where the authority of a daemon elsewhere is kept, PEM: beside what `pilotage login` keeps (`credentials`), a file for each origin, which git
 * is pointed to as well.
 */
export const authorityFile = (credentials: string, url: string): string =>
  join(dirname(credentials), 'authorities', `${new URL(url).host.replaceAll(/[^\w.-]/g, '_')}.crt`);

/** undefined: none was kept, and what the machine trusts decides. */
export async function keptAuthority(credentials: string, url: string): Promise<string | undefined> {
  try {
    return await readFile(authorityFile(credentials, url), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function keepAuthority(credentials: string, url: string, ca: string): Promise<void> {
  const path = authorityFile(credentials, url);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  writeSecret(path, ca);
}

/** The certificate of an authority that a person names. @throws ProblemError BadCertificate */
export async function readAuthority(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (error) {
    throw new ProblemError({
      reason: 'BadCertificate',
      message: `--ca ${file} holds no certificate in PEM: ${problemOf(error).message}`,
      remedy: 'Copy pki/ca.crt of the data directory of that Pilotage.',
    });
  }
}
