import { join } from 'node:path';
import { errnoOf } from '../base/errors.ts';
import { readState } from '../base/statefile.ts';

/** `D/pilotage.json`, mode 0600: how a command finds the daemon of a data directory. Written once it is ready. */
export interface DaemonFile {
  /** `http://127.0.0.1:7080`, or `https://…` */
  readonly http: string;
  /** Where `http` is encrypted. */
  readonly tls?: DaemonTls;
  /** `https://127.0.0.1:7443` */
  readonly api: string;
  /** `http://127.0.0.1:7080/git`; git gets the token from `pilotage git-credential`. */
  readonly git: string;
  /** Where Ingresses are served: `http://127.0.0.1:7081`, `https://127.0.0.1:7444`; absent: nowhere. */
  readonly ingress?: { readonly http: string; readonly https: string };
  /** Of the home cluster: a path, or several joined as in KUBECONFIG. */
  readonly kubeconfig: string;
  /** Context of a home that is not the built-in cluster; absent: the kubeconfig's current one. */
  readonly context?: string;
  readonly pid: number;
  /** Changes at every boot of the process: a pid alone is reused. */
  readonly pidStartTime: string;
  /** Absent where this machine is not a node. */
  readonly agentPid?: number;
  readonly token: string;
}

/** How commands of this machine reach a face that has TLS, whatever it is called elsewhere: it proves to be `localhost`. */
export interface DaemonTls {
  readonly host: string;
  readonly port: number;
  /** File of the authority of the data directory, PEM. */
  readonly ca: string;
  /** Of that authority's certificate: SHA-256, in hexadecimal with colons. */
  readonly fingerprint: string;
  /** Whether that authority signed what everybody else is shown, too. */
  readonly own: boolean;
}

export const daemonFilePath = (dataDir: string): string => join(dataDir, 'pilotage.json');

/** The file of the daemon that last served this data directory, whether or not it still runs; undefined where none did. */
export async function readDaemonFile(dataDir: string): Promise<DaemonFile | undefined> {
  try {
    return await readState<DaemonFile>(daemonFilePath(dataDir));
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
