import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { writeSecret } from '../../base/secretfile.ts';
import { type AskHelper, hasLogin, loginIn, withLogin } from '../../charts/registry/dockerconfig.ts';
import type { Login } from '../../charts/registry/session.ts';
import type { Surroundings } from '../context.ts';

type Places = Pick<Surroundings, 'credentials' | 'fullEnvironment'>;

/** The file of `pilotage chart login`, in Docker's form. */
export const ownLogins = ({ credentials }: Places): string => join(dirname(credentials), 'registry.json');

/** Ours first, then Helm's, then Docker's: who is signed in with either need not do it again. */
function loginFiles(places: Places): readonly string[] {
  const {
    HOME = '',
    XDG_CONFIG_HOME,
    HELM_REGISTRY_CONFIG,
    HELM_CONFIG_HOME,
    DOCKER_CONFIG,
  } = places.fullEnvironment;
  const helm = HELM_CONFIG_HOME || join(XDG_CONFIG_HOME || join(HOME, '.config'), 'helm');
  return [
    ownLogins(places),
    HELM_REGISTRY_CONFIG || join(helm, 'registry', 'config.json'),
    join(DOCKER_CONFIG || join(HOME, '.docker'), 'config.json'),
  ];
}

/** What is known of a host. @throws ProblemError */
export async function loginFor(places: Places, host: string): Promise<Login | undefined> {
  for (const file of loginFiles(places)) {
    const found = await loginIn(contentOf(file), file, host, helperOf(places.fullEnvironment));
    if (found) return found;
  }
  return undefined;
}

export async function keepLogin(
  places: Places,
  host: string,
  login: { readonly username: string; readonly password: string },
): Promise<void> {
  const file = ownLogins(places);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  writeSecret(file, withLogin(contentOf(file), file, host, login));
}

/** Whether there was one. */
export function forgetLogin(places: Places, host: string): boolean {
  const file = ownLogins(places);
  if (!hasLogin(contentOf(file), file, host)) return false;
  writeSecret(file, withLogin(contentOf(file), file, host, undefined));
  return true;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return '';
    throw error;
  }
}

const HELPER_MS = 30_000;

/** A helper that knows nothing ends with 1; its words on standard error are for people who run it by hand. */
const helperOf =
  (env: Readonly<Record<string, string>>): AskHelper =>
  async (helper, host) => {
    const program = `docker-credential-${helper}`;
    const child = spawn(program, ['get'], { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: HELPER_MS });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // One that ends without reading breaks the pipe, and has said what it has to say.
    child.stdin.on('error', () => undefined);
    child.stdin.end(host);
    const [code, output] = await Promise.all([ended, text(child.stdout)]).catch((cause: unknown) => {
      throw new ProblemError(
        {
          reason: 'CredentialHelperMissing',
          message: `${program}, which keeps the password of ${host}, cannot be run`,
          remedy: `Install it, or sign in here: pilotage chart login ${host}.`,
        },
        { cause },
      );
    });
    return code === 0 ? output : undefined;
  };
