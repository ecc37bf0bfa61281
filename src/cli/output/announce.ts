import { type Confinement, reachOf, summaryOf } from '../../base/confinement.ts';
import type { DaemonFile } from '../../model/daemonfile.ts';
import type { BootstrapCode } from '../../model/identityfaces.ts';
import { bootstrapUrl } from '../bootstrap.ts';
import type { CliContext, UpOptions } from '../context.ts';

/** What `up` says once everything answers: a line for programs, or where things are for people. */
export function announce(
  { output }: UpOptions,
  { stdout }: CliContext,
  file: DaemonFile,
  confinement: Confinement,
  bootstrap: BootstrapCode | undefined,
): void {
  const { http, tls, api, git, kubeconfig, context, pid, agentPid } = file;
  if (output === 'json') {
    const fingerprint = tls?.own ? tls.fingerprint : undefined;
    stdout.write(`${JSON.stringify({ http, fingerprint, api, git, kubeconfig, context, pid, agentPid })}\n`);
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
    `  deliver   git push ${git}/NAME.git main`,
    '  look      pilotage status',
    `  kubectl   ${context === undefined ? `export KUBECONFIG=${kubeconfig}` : `kubectl --context ${context}`}`,
    '  stop      Ctrl-C ends this and leaves the pods running; `pilotage down` ends all',
    `  builds    ${reachOf(confinement)}`,
    ...(confinement.type === 'none' ? [`  beware    ${summaryOf(confinement).message}`] : []),
  ];
  stdout.write(`${lines.join('\n')}\n`);
}
