/** What a container may do beyond an ordinary process, and as whom it runs. */
import type { PodSpec } from '../../../../kube/kinds/objects.data.ts';
import {
  type AnyContainer,
  allContainers,
  type CheckPod,
  containersWhere,
  named,
  quoted,
  setters,
  sorted,
  type Violation,
} from './check.ts';

export const privileged: CheckPod = ({ spec }) => {
  const bad = containersWhere(spec, ({ securityContext }) => securityContext?.privileged === true);
  return bad.length === 0
    ? undefined
    : {
        reason: 'privileged',
        detail: `${named('container', bad)} must not set securityContext.privileged=true`,
      };
};

export const allowPrivilegeEscalation: CheckPod = ({ spec }) => {
  const bad = containersWhere(
    spec,
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  );
  return bad.length === 0
    ? undefined
    : {
        reason: 'allowPrivilegeEscalation != false',
        detail: `${named('container', bad)} must set securityContext.allowPrivilegeEscalation=false`,
      };
};

const DEFAULT_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

export const capabilitiesBaseline: CheckPod = ({ spec }) => {
  const detail = addedBeyond(spec, DEFAULT_CAPABILITIES);
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
};

export const capabilitiesRestricted: CheckPod = ({ spec }) => {
  const undropped = containersWhere(
    spec,
    ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'),
  );
  const added = addedBeyond(spec, ['NET_BIND_SERVICE']);
  const details = [
    ...(undropped.length > 0
      ? [`${named('container', undropped)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(added === undefined ? [] : [added]),
  ];
  return details.length === 0
    ? undefined
    : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

function addedBeyond(spec: PodSpec, allowed: readonly string[]): string | undefined {
  const beyond = ({ securityContext }: AnyContainer): readonly string[] =>
    (securityContext?.capabilities?.add ?? []).filter((capability) => !allowed.includes(capability));
  const bad = containersWhere(spec, (container) => beyond(container).length > 0);
  if (bad.length === 0) return undefined;
  const capabilities = quoted(sorted(allContainers(spec).flatMap(beyond)));
  return `${named('container', bad)} must not include ${capabilities} in securityContext.capabilities.add`;
}

export const procMount: CheckPod = ({ spec }) => {
  const mountOf = ({ securityContext }: AnyContainer): readonly string[] => {
    const { procMount: mount = 'Default' } = securityContext ?? {};
    return mount === 'Default' ? [] : [mount];
  };
  const bad = containersWhere(spec, (container) => mountOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const mounts = quoted(sorted(allContainers(spec).flatMap(mountOf)));
  return {
    reason: 'procMount',
    detail: `${named('container', bad)} must not set securityContext.procMount to ${mounts}`,
  };
};

export const runAsNonRoot: CheckPod = ({ spec }) => {
  const violation = (detail: string): Violation => ({ reason: 'runAsNonRoot != true', detail });
  const ofPod = spec.securityContext?.runAsNonRoot;
  const saying = (value: boolean | undefined) =>
    containersWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === value);
  const who = setters(ofPod === false, saying(false));
  if (who !== '') return violation(`${who} must not set securityContext.runAsNonRoot=false`);
  const silent = ofPod ? [] : saying(undefined);
  return silent.length === 0
    ? undefined
    : violation(`pod or ${named('container', silent)} must set securityContext.runAsNonRoot=true`);
};

export const runAsUser: CheckPod = ({ spec }) => {
  const roots = containersWhere(spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  const who = setters(spec.securityContext?.runAsUser === 0, roots);
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};
