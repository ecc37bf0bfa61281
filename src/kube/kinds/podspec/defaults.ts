import type { TypeDefaults } from '../row.ts';
import { DEFAULT_SCHEDULER } from './schedulers.ts';

const CONTAINER: TypeDefaults = {
  members: {
    imagePullPolicy: (self) => (isLatest(String(self.image ?? '')) ? 'Always' : 'IfNotPresent'),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  },
};

/** Of pods and of the templates of pods alike. */
export const POD_SPEC_DEFAULTS: Readonly<Record<string, TypeDefaults>> = {
  'core.v1.PodSpec': {
    members: {
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      schedulerName: DEFAULT_SCHEDULER,
    },
  },
  'core.v1.Container': CONTAINER,
  'core.v1.EphemeralContainer': CONTAINER,
  'core.v1.Probe': {
    members: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
    isZeroUnset: true,
  },
  'core.v1.HTTPGetAction': { members: { path: '/', scheme: 'HTTP' } },
  'core.v1.GRPCAction': { members: { service: '' } },
  'core.v1.ObjectFieldSelector': { members: { apiVersion: 'v1' } },
  'core.v1.Volume': {
    members: { emptyDir: (self) => (Object.keys(self).every((key) => key === 'name') ? {} : undefined) },
  },
  'core.v1.SecretVolumeSource': { members: { defaultMode: 0o644 } },
  'core.v1.ConfigMapVolumeSource': { members: { defaultMode: 0o644 } },
  'core.v1.DownwardAPIVolumeSource': { members: { defaultMode: 0o644 } },
  'core.v1.ProjectedVolumeSource': { members: { defaultMode: 0o644 } },
  'core.v1.ServiceAccountTokenProjection': { members: { expirationSeconds: 3600 } },
  'core.v1.HostPathVolumeSource': { members: { type: '' } },
  'core.v1.ISCSIVolumeSource': { members: { iscsiInterface: 'default' } },
};

/** `web`, `web:latest`, `host:5000/web`: without a tag, the tag is latest; a digest alone has none. */
function isLatest(image: string): boolean {
  const [name = '', digest] = image.split('@');
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return tag === undefined ? digest === undefined : tag === 'latest';
}
