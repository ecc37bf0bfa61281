/** What confines builds and pods on this machine. */
import { buildNetworkOf, type Confinement, reachOf, summaryOf } from '../base/confinement.ts';
import type { Logger } from '../base/log.ts';
import { openWay } from '../model/datadir.ts';
import { decideConfinement, probeMachine } from '../orchestrator/node.ts';

export interface ConfinementOptions {
  readonly dataDir: string;
  /** Kubeconfigs, which builds and pods must not read. */
  readonly credentials: readonly string[];
  readonly hostEnvironment: Readonly<Record<string, string>>;
  /** `127.P.0.0/16`: P numbers the users of this instance's pods. */
  readonly podCidr: string;
  readonly logger: Logger;
}

/** Probes the machine with three short programs, decides, and opens the way through the data directory for other users. */
export async function confine(options: ConfinementOptions): Promise<Confinement> {
  const { dataDir, credentials, hostEnvironment, podCidr, logger } = options;
  const { HOME = '/', PATH = '' } = hostEnvironment;
  const facts = await probeMachine({ dataDir, home: HOME, path: PATH, credentials });
  const confinement = decideConfinement(facts, Number(podCidr.split('.')[1]));
  await openWay(dataDir, confinement);
  const { reason, message } = summaryOf(confinement);
  logger[confinement.type === 'none' ? 'warn' : 'info']({ reason }, message);
  const network = buildNetworkOf(confinement).type;
  logger[network === 'own' ? 'info' : 'warn']({ network }, `builds ${reachOf(confinement)}`);
  return confinement;
}
