import { reachable } from '../../base/authority.ts';
import { type Confinement, reachOf, summaryOf } from '../../base/confinement.ts';
import type { DaemonFile } from '../../model/daemonfile.ts';
import type { BootstrapCode } from '../../model/identityfaces.ts';
import { bootstrapUrl } from '../bootstrap.ts';
import type { CliContext, UpOptions } from '../context.ts';

export interface Started {
  readonly file: DaemonFile;
  readonly confinement: Confinement;
  /** For the first administrator; undefined where there is one, or nobody reads this. */
  readonly bootstrap: BootstrapCode | undefined;
}

/** What `up` says once everything answers: a line for programs, or where things are for people. */
export function announce(
  { output, http: { host }, httpNames }: Pick<UpOptions, 'output' | 'http' | 'httpNames'>,
  { stdout }: Pick<CliContext, 'stdout'>,
  { file, confinement, bootstrap }: Started,
): void {
  const { http, tls, api, git, ingress, kubeconfig, context, pid, agentPid } = file;
  if (output === 'json') {
    const fingerprint = tls?.own ? tls.fingerprint : undefined;
    stdout.write(
      `${JSON.stringify({ http, fingerprint, api, git, ingress, kubeconfig, context, pid, agentPid })}\n`,
    );
    return;
  }
  const lines = [
    'Pilotage is up.',
    ...(bootstrap
      ? [
          '  first     make the administrator, within an hour:',
          `            ${bootstrapUrl(http, bootstrap)}`,
        ]
      : []),
    '  once      pilotage git-credential setup     gives git the token',
    ...(tls?.own
      ? [`  TLS       certificate by ${tls.ca}, SHA-256 fingerprint`, `            ${tls.fingerprint}`]
      : []),
    ...(tls?.own && isEverywhere(host) ? [othersLine(httpNames, tls.port)] : []),
    `  deliver   git push ${git}/NAME.git main`,
    '  look      pilotage status',
    ...(ingress ? [`  Ingress   ${ingress.http} and ${ingress.https}`] : []),
    `  kubectl   ${context === undefined ? `export KUBECONFIG=${kubeconfig}` : `kubectl --context ${context}`}`,
    '  stop      Ctrl-C ends this and leaves the pods running; `pilotage down` ends all',
    `  builds    ${reachOf(confinement)}`,
    ...(confinement.type === 'none' ? [`  beware    ${summaryOf(confinement).message}`] : []),
  ];
  stdout.write(`${lines.join('\n')}\n`);
}

const isEverywhere = (host: string): boolean => reachable(host) !== host;

/** The URLs above are those of this machine. */
const othersLine = (names: readonly string[], port: number): string =>
  `  others    pilotage login NAME --server https://${names.find((name) => !isEverywhere(name))}:${port}`;
