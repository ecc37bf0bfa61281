import { statSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { type Authenticate, authenticator } from './auth.ts';
import { type KubeconfigSource, type LoadedKubeconfig, loadKubeconfig } from './kubeconfig.ts';

/**
 * Credentials of one context for as long as a client lives: when a file that they come from changes (a rotated token or
 * certificate, another address), the next request reads them again. What cannot be read fails every request until it can.
 */
export function followKubeconfig(
  source: KubeconfigSource,
  contextName: string | undefined,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): { readonly loaded: LoadedKubeconfig; readonly authenticate: Authenticate } {
  const first = loadKubeconfig(source, contextName);
  // The context stays, even if another becomes the current one: a client does not move to another cluster.
  const { context } = first;
  let { files } = first;
  let stamp = stampOf(files);
  let current: Authenticate | undefined = authenticator(first.credentials, clock);

  function latest(): Authenticate {
    if (current && stampOf(files) === stamp) return current;
    current = undefined;
    const loaded = loadKubeconfig(source, context);
    logger.info({ context, files: loaded.files }, 'the kubeconfig has changed, reading it again');
    files = loaded.files;
    stamp = stampOf(files);
    current = authenticator(loaded.credentials, clock);
    return current;
  }

  return { loaded: first, authenticate: async () => latest()() };
}

/** Changes when a file does, comes or goes. A few microseconds each, beside a request over the network. */
const stampOf = (files: readonly string[]): string =>
  files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : '-';
    })
    .join('|');
