import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readState, writeState } from '../base/statefile.ts';

/** The one token of the HTTP face and the git host, in `D/token.json` (mode 0600), made at the first start. */
export async function openToken(dataDir: string): Promise<string> {
  const path = join(dataDir, 'token.json');
  const known = await readState<{ token: string }>(path);
  if (known) return known.token;
  const token = randomBytes(20).toString('hex');
  await writeState(path, { token });
  return token;
}
