import { readText } from '../../../base/filetree.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import { imagesOf } from '../images.ts';
import { warn } from '../load/report.ts';
import type { Project, Service } from '../project.ts';
import { type Port, readExpose, readPorts } from '../read/ports.ts';
import { KNOWN_PORTS } from './knownports.data.ts';
import { shaped } from './shape.ts';

/** A port of the Service of a compose service. */
export interface Front {
  readonly port: number;
  readonly target: number;
  readonly protocol: Port['protocol'];
  readonly name: string;
  /** Under which number it is reached from outside of the cluster; absent: it is not. */
  readonly published?: number;
  readonly appProtocol?: string;
}

/**
 * The ports of a service: those that it publishes and exposes, else those that its Dockerfile exposes or its image is known for. Other services
 * reach the port of the container, as in Compose.
 */
export function frontsOf(project: Project, service: Service): readonly Front[] {
  const published = readPorts(service.fields);
  const exposed = readExpose(service.fields);
  const fronts = new Map<string, Front>();
  const add = (front: Omit<Front, 'name'>, name?: string): void => {
    const key = `${front.port}/${front.protocol}`;
    const known = fronts.get(key);
    if (!known) fronts.set(key, { ...front, name: name ?? nameOf(front.port, front.protocol) });
    else if (known.published === undefined) fronts.set(key, { ...known, ...front });
    else if (front.published !== undefined && front.published !== known.published)
      sayTwice(service, known, front);
  };
  for (const { target, protocol, isLocal, name, appProtocol, published: outside } of published) {
    add(
      {
        ...{ port: target, target, protocol },
        ...(isLocal ? {} : { published: outside ?? target }),
        ...(appProtocol ? { appProtocol } : {}),
      },
      name,
    );
  }
  for (const { target, protocol } of exposed) add({ port: target, target, protocol });
  if (fronts.size === 0)
    for (const target of guessedPorts(project, service)) add({ port: target, target, protocol: 'TCP' });
  return [...fronts.values()];
}

/** A port of a Service is reached from outside once. */
const sayTwice = (
  { name, fields, at }: Service,
  { port, published }: Front,
  other: { readonly published?: number },
): void =>
  warn(
    fields.report,
    fields.at('ports') ?? at,
    'NotSupported',
    `the port ${port} of ${name} is published as ${published} alone: ${other.published} is left out`,
  );

const nameOf = (port: number, protocol: Port['protocol']): string => `${protocol.toLowerCase()}-${port}`;

function guessedPorts(project: Project, service: Service): readonly number[] {
  const dockerfile = exposedBy(project, service);
  if (dockerfile.length > 0) return dockerfile;
  const image = service.fields.at('build') ? undefined : service.fields.text('image');
  const name =
    image
      ?.replace(/@.*$/, '')
      .replace(/:[^/]*$/, '')
      .split('/')
      .at(-1) ?? '';
  return Object.hasOwn(KNOWN_PORTS, name) ? (KNOWN_PORTS[name] ?? []) : [];
}

/** `EXPOSE` of the Dockerfile that the service is built by, where it is in the folder of the app. */
function exposedBy(project: Project, service: Service): readonly number[] {
  const image = imagesOf(project).find((one) => one.service === service.name);
  if (!image) return [];
  const file = image.path === '' ? image.dockerfile : `${image.path}/${image.dockerfile}`;
  const lines = (readText(project.tree, file) ?? '')
    .split('\n', 2_000)
    .filter((line) => /^\s*EXPOSE\s/i.test(line));
  const ports = lines.flatMap((line) =>
    [...line.matchAll(/\s(\d{1,5})(?=\s|\/tcp|$)/gi)].map(([, port]) => Number(port)),
  );
  return [...new Set(ports)].slice(0, 20);
}

/** The ports that the container declares. */
export function containerPorts(service: Service, fronts: readonly Front[]): readonly JsonObject[] {
  const hosts = new Map(
    readPorts(service.fields)
      .filter(({ isHost }) => isHost)
      .map(({ target, published }) => [target, published ?? target]),
  );
  const targets = new Map(fronts.map((front) => [`${front.target}/${front.protocol}`, front]));
  return [...targets.values()].map(({ target, protocol }) =>
    shaped({
      containerPort: target,
      hostPort: hosts.get(target),
      protocol: protocol === 'TCP' ? undefined : protocol,
    }),
  );
}
