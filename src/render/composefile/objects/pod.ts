import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { processOf } from '../images.ts';
import { entriesOf } from '../load/node.ts';
import { refuse, warn } from '../load/report.ts';
import type { Project, Service } from '../project.ts';
import { Fields } from '../read/fields.ts';
import { environmentOf, envOf, literal } from './environment.ts';
import { type Images, imageOf, pullPolicyOf } from './image.ts';
import { annotationsOf, conversionLabel, type Texts } from './labels.ts';
import { probesOf } from './probes.ts';
import { nodeSelectorOf, resourcesOf, spreadOf } from './resources.ts';
import { containerSecurity, podSecurity } from './security.ts';
import { containerPorts, type Front } from './serviceports.ts';
import { shaped, some } from './shape.ts';
import type { Mounted } from './volumes.ts';

export interface PodParts {
  readonly images: Images;
  readonly mounted: Mounted;
  readonly fronts: readonly Front[];
  readonly selector: Texts;
  readonly labels: Texts;
  /** ConfigMaps and Secrets that it mounts: it is rolled when they change. */
  readonly configuration: readonly Json[];
  readonly restartPolicy?: 'Never' | 'OnFailure';
}

/** The template of the pods of a service. */
export function podTemplate(project: Project, service: Service, parts: PodParts): JsonObject {
  const checksum = some(parts.configuration);
  const annotations = {
    ...annotationsOf(service),
    ...(checksum
      ? { 'checksum/config': createHash('sha256').update(canonicalJson(checksum)).digest('hex') }
      : {}),
  };
  return {
    metadata: shaped({ labels: parts.labels, annotations: some(annotations) }),
    spec: podSpec(project, service, parts),
  };
}

function podSpec(project: Project, service: Service, parts: PodParts): JsonObject {
  const { fields } = service;
  const hosts = hostAliases(service);
  const pullSecret = conversionLabel(service, 'image-pull-secret');
  const grace = fields.seconds('stop_grace_period');
  return shaped({
    ...namespacesOf(service),
    hostname: fields.text('hostname')?.split('.')[0],
    restartPolicy: parts.restartPolicy,
    terminationGracePeriodSeconds: grace === undefined ? undefined : Math.ceil(grace),
    ...dnsOf(service),
    hostAliases: some(hosts),
    nodeSelector: nodeSelectorOf(service),
    topologySpreadConstraints: some(spreadOf(service, parts.selector)),
    runtimeClassName: fields.text('runtime')?.replace(/^(?:runc|nvidia)$/, '') || undefined,
    imagePullSecrets: pullSecret ? [{ name: pullSecret }] : undefined,
    securityContext: podSecurity(service),
    containers: [container(project, service, parts)],
    volumes: some(parts.mounted.volumes.list),
  });
}

function container(project: Project, service: Service, { images, mounted, fronts }: PodParts): JsonObject {
  const { fields } = service;
  const signal = fields.text('stop_signal');
  if (signal !== undefined && !/^(?:SIG)?TERM$|^15$/.test(signal))
    warn(
      fields.report,
      fields.at('stop_signal') ?? service.at,
      'NotSupported',
      `the stop_signal ${signal} is left out: a pod is stopped by SIGTERM, unless its image names another`,
      'Write STOPSIGNAL in the Dockerfile.',
    );
  return shaped({
    name: service.object,
    image: imageOf(service, images),
    imagePullPolicy: pullPolicyOf(service),
    ...commandOf(service),
    workingDir: fields.text('working_dir'),
    env: some(envOf(environmentOf(project, service))),
    ports: some(containerPorts(service, fronts)),
    resources: resourcesOf(service),
    ...probesOf(service),
    lifecycle: lifecycleOf(service),
    securityContext: containerSecurity(service),
    stdin: fields.boolean('stdin_open') || undefined,
    tty: fields.boolean('tty') || undefined,
    volumeMounts: some(mounted.volumes.mounts),
  });
}

/**
 * `entrypoint` is the command of a container, and `command` its arguments. An empty entrypoint does away with that of the image, so `command` is
 * what runs; and a process of the machine has no image that would say how it starts.
 */
function commandOf(service: Service): {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
} {
  const [entrypoint, command] = [service.fields.words('entrypoint'), service.fields.words('command')];
  const isWhole = entrypoint?.length === 0 || processOf(service) !== undefined;
  if (processOf(service) !== undefined && !entrypoint?.length && !command?.length)
    refuse(
      service.fields.report,
      service.at,
      'NoCommand',
      `${service.name} runs as a process and does not say how it starts`,
      'Add command: PROGRAM ARGUMENT.',
    );
  if (isWhole)
    return command?.length
      ? { command: [...(entrypoint ?? []), ...command].map(literal) }
      : entrypoint?.length
        ? { command: entrypoint.map(literal) }
        : {};
  return {
    ...(entrypoint ? { command: entrypoint.map(literal) } : {}),
    ...(command?.length ? { args: command.map(literal) } : {}),
  };
}

/** `post_start` and `pre_stop`; a container has one command of each. */
function lifecycleOf(service: Service): JsonObject | undefined {
  const hook = (key: 'post_start' | 'pre_stop'): JsonObject | undefined => {
    const [first, ...others] = service.fields.items(key);
    if (others[0])
      refuse(
        service.fields.report,
        others[0],
        'NotSupported',
        `${service.name} has more than one ${key}: a container has one`,
        'Join them: sh -c "A && B".',
      );
    if (!first) return undefined;
    const command = new Fields(first, service.fields.report, `${service.fields.path}.${key}`).words(
      'command',
    );
    return command && { exec: { command: command.map(literal) } };
  };
  return some(shaped({ postStart: hook('post_start'), preStop: hook('pre_stop') }));
}

/** Namespaces of the node that the pod shares. */
function namespacesOf(service: Service): JsonObject {
  const { fields } = service;
  const mode = fields.text('network_mode') ?? '';
  for (const key of ['network_mode', 'ipc', 'pid'] as const) {
    const at = fields.at(key);
    if (at && /^(?:service|container):/.test(fields.text(key) ?? ''))
      refuse(
        fields.report,
        at,
        'NotSupported',
        `${service.name} shares ${key} with another container, which only those of one pod do`,
        'Reach the other service by its name.',
      );
  }
  return shaped({
    hostNetwork: mode === 'host' || undefined,
    hostIPC: fields.text('ipc') === 'host' || undefined,
    hostPID: fields.text('pid') === 'host' || undefined,
  });
}

function dnsOf({ fields }: Service): JsonObject {
  const options = fields.texts('dns_opt').map(({ text }) => {
    const [name = '', value] = text.split(':');
    return shaped({ name, value });
  });
  const dnsConfig = shaped({
    nameservers: some(fields.texts('dns').map(({ text }) => text)),
    searches: some(fields.texts('dns_search').map(({ text }) => text)),
    options: some(options),
  });
  return shaped({ dnsConfig: some(dnsConfig) });
}

/** `extra_hosts`, by address. */
function hostAliases(service: Service): readonly JsonObject[] {
  const { fields } = service;
  const at = fields.at('extra_hosts');
  const pairs =
    at?.kind === 'map'
      ? entriesOf(at).map(([host, ip]) => [host, ip.kind === 'scalar' ? String(ip.value) : '', ip] as const)
      : fields.texts('extra_hosts').map(({ text, at: item }) => {
          const [, host = '', ip = ''] = /^([^=:]+)[=:](.+)$/.exec(text) ?? [];
          return [host, ip, item] as const;
        });
  const byAddress = new Map<string, string[]>();
  for (const [host, written, item] of pairs) {
    const ip = written.replace(/^\[|\]$/g, '');
    if (/^[\d.]+$|:/.test(ip)) byAddress.set(ip, [...(byAddress.get(ip) ?? []), host]);
    else
      warn(
        fields.report,
        item,
        'NotSupported',
        `${host} is not known to ${service.name}: ${ip || 'nothing'} is no address`,
        'Write HOST=ADDRESS.',
      );
  }
  return [...byAddress].map(([ip, hostnames]) => ({ ip, hostnames }));
}
