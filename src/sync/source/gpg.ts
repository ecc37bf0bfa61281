import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PgpVerdict } from '../../signatures/judge.ts';

/** A program that takes longer waits for somebody to type a passphrase. */
const TIMEOUT_MS = 10_000;
/** A data key is 32 bytes. */
const MOST_OUTPUT = 64 * 1024;

/** What opens messages of OpenPGP with private keys. */
export interface Gpg {
  /** What a message holds, undefined where none of the keys opens it, or gpg is not here. */
  open(keys: readonly string[], message: string): Promise<Buffer | undefined>;
  /** Whose signature of `payload` it is, by one of the public keys, and valid now; or why it does not count. */
  verify(keys: readonly string[], signature: string, payload: Buffer): Promise<PgpVerdict>;
}

/**
 * gpg(1) with a home of its own for each question: nothing of the user's keys is read or changed, and neither the keys nor the agent that
 * gpg starts there outlive it.
 */
export function createGpg({ path }: { readonly path: string }): Gpg {
  return {
    open: (keys, message) =>
      withHome(path, async (gpg) => {
        for (const key of keys) await gpg(['--import'], key);
        const { status, output } = await gpg(['--decrypt'], message);
        return status === 0 ? output : undefined;
      }),
    verify: (keys, signature, payload) =>
      withHome(path, async (gpg, home) => {
        // By one process, and a file each: one that is damaged takes none of the others with it.
        const files = keys.map((_, at) => join(home, `key-${at}.asc`));
        for (const [at, key] of keys.entries()) await writeFile(files[at] ?? '', key, { mode: 0o600 });
        if ((await gpg(['--import', ...files], '')).status === -1)
          return { kind: 'bad', why: 'it is signed by OpenPGP, and there is no gpg here to verify it' };
        const file = join(home, 'signature.asc');
        await writeFile(file, signature, { encoding: 'latin1', mode: 0o600 });
        const said = await gpg(
          ['--status-fd', '1', '--trust-model', 'always', '--weak-digest', 'SHA1', '--verify', file, '-'],
          payload,
        );
        const { output } = await gpg(['--with-colons', '--list-keys'], '');
        return verdictOf(said.output.toString('utf8'), output.toString('utf8'));
      }),
  };
}

type RunGpg = (args: readonly string[], input: string | Buffer) => ReturnType<typeof run>;

async function withHome<T>(path: string, work: (gpg: RunGpg, home: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'pilotage-gpg-'));
  const env = { PATH: path, GNUPGHOME: home, LC_ALL: 'C' };
  try {
    return await work(
      (args, input) =>
        run('gpg', ['--batch', '--no-tty', '--quiet', '--pinentry-mode', 'error', ...args], { env, input }),
      home,
    );
  } finally {
    await run('gpgconf', ['--kill', 'all'], { env, input: '' });
    await rm(home, { recursive: true, force: true });
  }
}

/** Lines of `--status-fd` that end it, and what they mean: GnuPG's doc/DETAILS. */
const REASONS: Readonly<Record<string, string>> = {
  BADSIG: 'its signature of OpenPGP is of something else',
  EXPSIG: 'its signature of OpenPGP has expired',
  EXPKEYSIG: 'the key of OpenPGP that signed it has expired',
  REVKEYSIG: 'the key of OpenPGP that signed it is revoked',
  ERRSIG: 'the key of OpenPGP that signed it is not in the list of allowed signers',
  NO_PUBKEY: 'the key of OpenPGP that signed it is not in the list of allowed signers',
};

/** Exactly one signature, which is good, by a key that is valid now. */
export function verdictOf(status: string, keys: string): PgpVerdict {
  const lines = status.split('\n').flatMap((line) => {
    const [, word = '', rest = ''] = /^\[GNUPG:\] (\S+) ?(.*)$/.exec(line) ?? [];
    return word === '' ? [] : [{ word, rest }];
  });
  const reason = lines.map(({ word }) => REASONS[word]).find((one) => one !== undefined);
  if (reason !== undefined) return { kind: 'bad', why: reason };
  const [valid, ...others] = lines.filter(({ word }) => word === 'VALIDSIG');
  const isGood = lines.filter(({ word }) => word === 'GOODSIG').length === 1;
  if (!valid || others.length > 0 || !isGood)
    return { kind: 'bad', why: 'its signature of OpenPGP is damaged' };
  const words = valid.rest.split(' ');
  // The last is that of the primary key, whose names count.
  const fingerprint = words.at(-1) ?? '';
  const key = keys.split(/^(?=pub:)/m).find((one) => fingerprintIn(one) === fingerprint) ?? '';
  const ends = [words[3] ?? '', ...fieldsOf(key, /^(?:pub|sub|uid)$/, 6)].map((at) => Number(at) * 1000);
  return { kind: 'valid', fingerprint, emails: emailsOf(key), ends: ends.filter((at) => at > 0) };
}

/** A field (from 0) of the lines of some types, of one key in `--with-colons --list-keys`: GnuPG's doc/DETAILS. */
const fieldsOf = (key: string, types: RegExp, field: number): readonly string[] =>
  key
    .split('\n')
    .map((line) => line.split(':'))
    .flatMap((fields) => (types.test(fields[0] ?? '') ? [fields[field] ?? ''] : []));

/** The first is that of the primary key. */
const fingerprintIn = (key: string): string | undefined => fieldsOf(key, /^fpr$/, 9)[0];

/** The addresses of its names that are neither revoked nor expired. */
function emailsOf(key: string): readonly string[] {
  const validities = fieldsOf(key, /^uid$/, 1);
  return fieldsOf(key, /^uid$/, 9).flatMap((name, at) => {
    const [, email] = /<([^>]+)>$/.exec(name) ?? [];
    return email === undefined || /[re]/.test(validities[at] ?? '') ? [] : [email.toLowerCase()];
  });
}

interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | Buffer;
}

/** Never rejects: a program that is not here has failed. What it says of keys is not repeated anywhere. */
function run(
  program: string,
  args: readonly string[],
  { env, input }: RunOptions,
): Promise<{ readonly status: number; readonly output: Buffer }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_OUTPUT) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    // It may end before it has read its input.
    child.stdin.on('error', () => {});
    child.on('error', () => resolve({ status: -1, output: Buffer.alloc(0) }));
    child.on('close', (status) =>
      resolve({ status: size > MOST_OUTPUT ? -1 : (status ?? -1), output: Buffer.concat(chunks) }),
    );
    child.stdin.end(input);
  });
}
