import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readState, writeState } from '../base/statefile.ts';

/** Seals what Releases keep: 32 bytes in `D/pki/releases.json` (mode 0600), made at the first start. A restore of releases needs it too. */
export async function openReleaseKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'pki', 'releases.json');
  const known = await readState<{ key: string }>(path);
  if (known) return Buffer.from(known.key, 'base64');
  const key = randomBytes(32);
  await writeState(path, { key: key.toString('base64') });
  return key;
}
