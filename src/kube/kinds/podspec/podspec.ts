import { duplicate, type FieldError, required } from '../../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { atLeast, duplicates, labels, named, none, oneOf } from '../checks/checks.ts';
import { objectAt, objectsAt, textAt } from '../checks/read.ts';
import { validateClaims } from './claims.ts';
import { validateContainer } from './container.ts';
import { validateDns } from './dns.ts';
import { validateEphemeralContainers } from './ephemeral.ts';
import { validateScheduling } from './scheduling.ts';
import { validatePodSecurity } from './securitycontext.ts';
import { validateVolumes } from './volumes.ts';

/** Kubernetes `pkg/apis/core/validation/validation.go`, as far as our runtimes act on it. */

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

export function validatePodSpec(spec: JsonObject, path: string): readonly FieldError[] {
  const volumes = new Set(objectsAt(spec, 'volumes').map((volume) => textAt(volume, 'name')));
  const names = new Set<string>();
  const containers = objectsAt(spec, 'containers');
  return [
    ...validateVolumes(spec, `${path}.volumes`),
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...(['containers', 'initContainers'] as const).flatMap((key) => [
      ...objectsAt(spec, key).flatMap((container, i) =>
        validateContainer(container, `${path}.${key}[${i}]`, volumes, key),
      ),
      ...duplicates(objectsAt(spec, key), 'name', `${path}.${key}`, names),
    ]),
    ...validateEphemeralContainers(spec, path, volumes),
    ...hostPorts(containers, `${path}.containers`),
    ...oneOf(spec, 'restartPolicy', path, RESTART_POLICIES),
    ...oneOf(spec, 'dnsPolicy', path, DNS_POLICIES),
    ...atLeast(spec, 'activeDeadlineSeconds', path, 1),
    ...labels(objectAt(spec, 'nodeSelector'), `${path}.nodeSelector`),
    ...optionalNames(spec, path),
    ...validateScheduling(spec, path),
    ...validatePodSecurity(spec, path),
    ...validateDns(spec, path),
    ...validateClaims(spec, path),
  ];
}

function optionalNames(spec: JsonObject, path: string): readonly FieldError[] {
  const checks = {
    serviceAccountName: dns1123Subdomain,
    nodeName: dns1123Subdomain,
    runtimeClassName: dns1123Subdomain,
    priorityClassName: dns1123Subdomain,
    hostname: dns1123Label,
    subdomain: dns1123Label,
  } as const;
  return Object.entries(checks).flatMap(([key, check]) => {
    const value = textAt(spec, key);
    return value === '' ? none : named(`${path}.${key}`, value, check);
  });
}

function hostPorts(containers: readonly JsonObject[], path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return containers.flatMap((container, i) =>
    objectsAt(container, 'ports').flatMap((port, j): FieldError[] => {
      if (!port.hostPort) return [];
      const key = `${textAt(port, 'protocol') || 'TCP'}/${textAt(port, 'hostIP')}/${port.hostPort}`;
      if (seen.has(key)) return [duplicate(`${path}[${i}].ports[${j}].hostPort`, key)];
      seen.add(key);
      return [];
    }),
  );
}
