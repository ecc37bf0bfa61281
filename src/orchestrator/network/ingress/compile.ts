import type { Secret, Service } from '../../../kube/kinds/objects.data.ts';
import type { HostCertificate } from './certificates.ts';
import { compileGateways, type JudgedGateways } from './gateway/compile.ts';
import { claimantsOf, joinGateways } from './gateway/joined.ts';
import { type GatewayObjects, NO_GATEWAYS } from './gateway/objects.ts';
import { claimantOf, type Holders, hostClaims } from './hosts.ts';
import {
  claimIngresses,
  type Find,
  type IngressObjects,
  ingressRules,
  type Judged,
  oursOf,
} from './rules.ts';
import { type FaceTables, faceTables } from './table.ts';

/** Everything that decides where requests go, except which pods are ready. Plain JSON: it is kept on disk. */
export interface ServedObjects extends IngressObjects {
  /** Absent in what an earlier release has saved. */
  readonly gateways?: GatewayObjects;
  /** Whose hosts have been; absent in what an earlier release has saved. */
  readonly holders?: Holders;
}

export interface Compiled {
  readonly tables: FaceTables;
  readonly certificates: readonly HostCertificate[];
  /** Every Ingress. */
  readonly judged: readonly Judged[];
  /** What is ours of the Gateway API. */
  readonly gateways: JudgedGateways;
  /** Whose hosts are from now on. */
  readonly holders: Holders;
}

/** What Ingresses and HTTPRoutes come to together: of two for the same requests the Ingress counts. */
export function compileServed({
  gateways = NO_GATEWAYS,
  holders: before = {},
  ...objects
}: ServedObjects): Compiled {
  const known = { service: finder(objects.services), secret: finder(objects.secrets) };
  const [claimed, joined] = [claimIngresses(objects), joinGateways(gateways, known.secret)];
  const { holders, conflictOf } = hostClaims(before, [
    ...oursOf(claimed).map(claimantOf),
    ...claimantsOf(joined),
  ]);
  const found = { ...known, conflictOf };
  const ingresses = ingressRules(claimed, found);
  const { rules, certificates, ...judged } = compileGateways(joined, {
    ...found,
    grants: gateways.grants,
    patternCosts: ingresses.patternCosts,
  });
  return {
    tables: faceTables([...ingresses.rules, ...rules], ingresses.fallbacks),
    certificates: firstByHost([...ingresses.certificates, ...certificates]),
    judged: ingresses.judged,
    gateways: judged,
    holders,
  };
}

function finder<T extends Service | Secret>(objects: readonly T[]): Find<T> {
  const byKey = new Map(objects.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]));
  return (namespace, name) => byKey.get(`${namespace}/${name}`);
}

const firstByHost = (certificates: readonly HostCertificate[]): readonly HostCertificate[] => [
  ...new Map([...certificates].reverse().map((one) => [one.host, one])).values(),
];
