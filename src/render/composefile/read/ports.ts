import type { Node } from '../load/node.ts';
import { Fields } from './fields.ts';

/** A port of a container, and where it is published. */
export interface Port {
  readonly target: number;
  /** On the machine, in Compose. */
  readonly published?: number;
  /** Published for programs of the machine alone. */
  readonly isLocal: boolean;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Published on each node itself. */
  readonly isHost: boolean;
  readonly name?: string;
  readonly appProtocol?: string;
}

/** More ports than a Service is good for; a range of ten thousand would be as many rules of a network. */
const MOST_PORTS = 250;

/** `ports` of a service, short and long (specification, 05-services.md). */
export function readPorts(service: Fields): readonly Port[] {
  const ports = service
    .items('ports')
    .flatMap((at) => (at.kind === 'map' ? longPort(service, at) : shortPort(service, at)));
  const at = service.at('ports');
  if (at && ports.length > MOST_PORTS)
    service.refuse(at, 'ports', `has more than ${MOST_PORTS} ports`, 'Publish fewer.');
  return ports.slice(0, MOST_PORTS);
}

const SHORT =
  /^(?:(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+)):)?(?:(\d*(?:-\d+)?):)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i;

function shortPort(service: Fields, at: Node): readonly Port[] {
  const text = at.kind === 'scalar' ? String(at.value) : '';
  const match = SHORT.exec(text);
  const [, v6, v4, published, target = '', protocol = 'tcp'] = match ?? [];
  const targets = rangeOf(target);
  const outside = published ? rangeOf(published) : undefined;
  const fits = !published || (outside && (targets?.length === 1 || outside.length === targets?.length));
  if (!match || !targets || !fits) {
    service.refuse(
      at,
      'ports',
      `has ${JSON.stringify(text)}, which is not a port`,
      'Write it like "8080:80" or "80".',
    );
    return [];
  }
  return targets.map((port, i) => ({
    target: port,
    ...(outside?.[i] === undefined ? {} : { published: outside[i] }),
    isLocal: isLoopback(v6 ?? v4),
    protocol: protocolOf(protocol),
    isHost: false,
  }));
}

const isLoopback = (ip: string | undefined): boolean =>
  ip !== undefined && (ip.startsWith('127.') || ip === '::1');

const protocolOf = (text: string): Port['protocol'] => {
  const upper = text.toUpperCase();
  return upper === 'UDP' || upper === 'SCTP' ? upper : 'TCP';
};

/** `80`, `8000-8010`; undefined for what is no port. Longer ranges are cut where they are refused anyway. */
function rangeOf(text: string): readonly number[] | undefined {
  const [first = 0, last = first] = text.split('-').map(Number);
  if (first < 1 || last > 65_535 || last < first) return undefined;
  return Array.from({ length: Math.min(last - first, MOST_PORTS) + 1 }, (_, i) => first + i);
}

function longPort(service: Fields, at: Node): readonly Port[] {
  const fields = new Fields(at, service.report, `${service.path}.ports`);
  const targets = rangeOf(fields.text('target') ?? '');
  const [target] = targets ?? [];
  if (target === undefined) {
    fields.refuse(at, 'target', 'must be a port of the container', 'Add target: 80.');
    return [];
  }
  const published = fields.text('published');
  const outside = published ? rangeOf(published)?.[0] : undefined;
  const [name, appProtocol] = [fields.text('name'), fields.text('app_protocol')];
  const protocol = fields.oneOf('protocol', ['tcp', 'udp', 'sctp']) ?? 'tcp';
  return [
    {
      target,
      ...(outside === undefined ? {} : { published: outside }),
      isLocal: isLoopback(fields.text('host_ip')),
      protocol: protocolOf(protocol),
      isHost: fields.oneOf('mode', ['ingress', 'host']) === 'host',
      ...(name ? { name } : {}),
      ...(appProtocol ? { appProtocol } : {}),
    },
  ];
}

/** `expose`: ports that other services reach. */
export const readExpose = (service: Fields): readonly Pick<Port, 'target' | 'protocol'>[] =>
  service.texts('expose').flatMap(({ text, at }) => {
    const [, range = '', protocol = 'tcp'] = /^(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
    const ports = rangeOf(range);
    if (!ports) service.refuse(at, 'expose', `has ${JSON.stringify(text)}, which is not a port`);
    return (ports ?? []).map((target) => ({ target, protocol: protocolOf(protocol) }));
  });
