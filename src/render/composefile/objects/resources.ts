import type { JsonObject } from '../../../kube/values/types.ts';
import { isNull, member } from '../load/node.ts';
import { warn } from '../load/report.ts';
import type { Service } from '../project.ts';
import { Fields } from '../read/fields.ts';
import { shaped, some } from './shape.ts';

/** `deploy.resources`, and the older keys beside it. */
export function resourcesOf(service: Service): JsonObject | undefined {
  const { fields } = service;
  const { limits, reservations } = {
    limits: fields.below('deploy').below('resources').below('limits'),
    reservations: fields.below('deploy').below('resources').below('reservations'),
  };
  const gpus = gpusOf(service, reservations);
  const most = shaped({
    cpu: limits.cpus('cpus') ?? fields.cpus('cpus'),
    memory: limits.memory('memory') ?? fields.memory('mem_limit'),
    'nvidia.com/gpu': gpus,
  });
  const least = shaped({
    cpu: reservations.cpus('cpus'),
    memory: reservations.memory('memory') ?? fields.memory('mem_reservation'),
  });
  return some(shaped({ limits: some(most), requests: some(least) }));
}

/** GPUs of NVIDIA, which a plug-in of the node offers under one name everywhere. */
function gpusOf(service: Service, reservations: Fields): string | undefined {
  const asked = [...reservations.items('devices'), ...service.fields.items('gpus')];
  const counts = asked.map((at) => {
    const count = at.kind === 'map' ? member(at, 'count') : at;
    const text = count?.kind === 'scalar' && !isNull(count) ? String(count.value) : '1';
    if (/^\d{1,3}$/.test(text)) return Number(text);
    warn(
      service.fields.report,
      at,
      'NotSupported',
      `one GPU is asked for: a pod names a number, not ${text}`,
      'Write count: 1.',
    );
    return 1;
  });
  return counts.length === 0 ? undefined : String(Math.max(...counts));
}

/** Which nodes the pods may run on: `deploy.placement.constraints` and `platform`. */
export function nodeSelectorOf(service: Service): JsonObject | undefined {
  const placement = service.fields.below('deploy').below('placement');
  const selector: Record<string, string> = { ...platformOf(service) };
  for (const { text, at } of placement.texts('constraints')) {
    const [, key = '', operator, value = ''] = /^\s*([\w./-]+)\s*(==|!=)\s*(.+?)\s*$/.exec(text) ?? [];
    const label = labelOfNode(key, value);
    if (operator === '==' && label) selector[label[0]] = label[1];
    else
      warn(
        placement.report,
        at,
        'NotSupported',
        `the constraint ${text} is left out: a node selector knows labels that are equal`,
        'Use node.labels.KEY == VALUE.',
      );
  }
  return some(selector);
}

function labelOfNode(key: string, value: string): readonly [string, string] | undefined {
  if (key === 'node.hostname') return ['kubernetes.io/hostname', value];
  if (key === 'node.platform.os') return ['kubernetes.io/os', value];
  if (key === 'node.platform.arch') return ['kubernetes.io/arch', archOf(value)];
  if (key === 'node.role' && value === 'manager') return ['node-role.kubernetes.io/control-plane', ''];
  return key.startsWith('node.labels.') ? [key.slice('node.labels.'.length), value] : undefined;
}

const archOf = (text: string): string => (text === 'x86_64' ? 'amd64' : text === 'aarch64' ? 'arm64' : text);

function platformOf(service: Service): Readonly<Record<string, string>> {
  const [os, arch] = (service.fields.text('platform') ?? '').split('/');
  return {
    ...(os ? { 'kubernetes.io/os': os } : {}),
    ...(arch ? { 'kubernetes.io/arch': archOf(arch) } : {}),
  };
}

/** `deploy.placement.preferences`: pods are spread over the values of a label. */
export const spreadOf = (service: Service, selector: JsonObject): readonly JsonObject[] =>
  service.fields
    .below('deploy')
    .below('placement')
    .items('preferences')
    .flatMap((at) => {
      const spread = new Fields(
        at,
        service.fields.report,
        `${service.fields.path}.deploy.placement.preferences`,
      ).text('spread');
      const key = spread?.startsWith('node.labels.') ? spread.slice('node.labels.'.length) : undefined;
      if (key === undefined) return [];
      return [
        {
          maxSkew: 1,
          topologyKey: key,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selector },
        },
      ];
    });
