import type { Ingress, Service } from '../../kube/kinds/objects.data.ts';
import { INGRESSES, SERVICES } from '../../kube/kinds/resources.data.ts';
import { isOfKind, type KubeObject } from '../../kube/values/types.ts';

/** Where an environment of this machine answers: at the hosts of its Ingresses, and at its node ports. */
export function urlsOf(objects: Iterable<KubeObject>): readonly string[] {
  const [ingresses, services]: [string[], string[]] = [[], []];
  for (const object of objects) {
    if (isOfKind(object, INGRESSES)) ingresses.push(...ingressUrls(object as Ingress));
    else if (isOfKind(object, SERVICES)) services.push(...nodePortUrls(object as Service));
  }
  return [...new Set([...ingresses, ...services])];
}

const nodePortUrls = ({ spec }: Service): readonly string[] =>
  (spec.ports ?? []).flatMap(({ name, port, nodePort, protocol = 'TCP' }) => {
    if (nodePort === undefined || protocol !== 'TCP') return [];
    return [`${name === 'https' || port === 443 ? 'https' : 'http'}://127.0.0.1:${nodePort}`];
  });

/** A wildcard is the name of nobody. Of the ports of an address the first is HTTP's (`orchestrator/network/ingress/report.ts`). */
function ingressUrls({ spec, status }: Ingress): readonly string[] {
  const [served] = status?.loadBalancer?.ingress ?? [];
  const [http = { port: 80 }, https = { port: 443 }] = served?.ports ?? [];
  const encrypted = new Set((spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? []));
  if (served === undefined) return [];
  const hosts = (spec?.rules ?? []).map(({ host }) => host || served.ip || '');
  return hosts
    .filter((host) => host !== '' && !host.startsWith('*'))
    .map((host) =>
      encrypted.has(host) ? withPort('https', host, https.port, 443) : withPort('http', host, http.port, 80),
    );
}

const withPort = (scheme: string, host: string, port: number, usual: number): string =>
  `${scheme}://${host}${port === usual ? '' : `:${port}`}`;
