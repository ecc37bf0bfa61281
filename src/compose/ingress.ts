/** Where the ingress of this machine's node listens, and what it proves to be with by default. */
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { authority as authorityOf } from '../base/authority.ts';
import type { Clock } from '../base/clock.ts';
import { errnoOf, ProblemError } from '../base/errors.ts';
import type { AskedAddress, IngressAsked } from '../cli/context.ts';
import type { IngressConfig } from '../model/agentfile.ts';
import { type Ports, portToUse } from '../model/instance.ts';
import { LOCAL_NAMES, openAuthority } from '../orchestrator/servedcontrolplane.ts';

export interface IngressChoice {
  readonly asked: IngressAsked;
  readonly kept: Ports['ingress'];
  readonly dataDir: string;
  readonly clock: Clock;
}

/** The ports are chosen here and bound by the agent, which outlives this process. @throws ProblemError PortInUse, PortRefused */
export async function chooseIngress({ asked, kept, dataDir, clock }: IngressChoice): Promise<IngressConfig> {
  const authority = openAuthority({ dir: join(dataDir, 'pki'), clock });
  return {
    http: { host: asked.http.host, port: await portFor(asked.http, kept?.http, '--ingress') },
    https: { host: asked.https.host, port: await portFor(asked.https, kept?.https, '--ingress-tls') },
    certificate: authority.server('ingress', { name: 'pilotage-ingress' }, LOCAL_NAMES),
    accessLog: asked.log,
  };
}

/** A port that nobody insists on makes way for another program's; the kept one may be our own agent's, and is not tried. */
async function portFor(asked: AskedAddress, kept: number | undefined, flag: string): Promise<number> {
  const wanted = portToUse(asked, kept);
  if (wanted === kept) return wanted;
  const tried = await tryPort(asked.host, wanted);
  if (typeof tried === 'number') return tried;
  if (!asked.given && tried === 'EADDRINUSE') return portFor({ ...asked, port: 0 }, undefined, flag);
  throw new ProblemError({
    reason: tried === 'EADDRINUSE' ? 'PortInUse' : 'PortRefused',
    message: `The ingress cannot have ${authorityOf(asked.host, wanted)} (${tried}).`,
    remedy:
      tried === 'EACCES'
        ? 'Let everybody bind it (sysctl net.ipv4.ip_unprivileged_port_start=80), or choose a port from 1024 on.'
        : `Choose another address: pilotage up ${flag} HOST:PORT (0 lets the system choose), or do without: --no-ingress.`,
  });
}

/** The port, or the system's word for what is in the way. */
function tryPort(host: string, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(errnoOf(error) ?? error.message));
    server.listen({ host, port }, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
