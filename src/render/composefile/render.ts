import { isObject } from '../../kube/values/equal.ts';
import type { Json } from '../../kube/values/types.ts';
import type { Written as Placed } from '../manifests/read.ts';
import { autoscaler } from './objects/autoscaler.ts';
import { fileObjects } from './objects/files.ts';
import type { Images } from './objects/image.ts';
import { askedIngress, ingressObject } from './objects/ingress.ts';
import { kindOf, restartOf } from './objects/kind.ts';
import { labelsOf, selectorOf } from './objects/labels.ts';
import { networkLabels, networkPolicies, separates } from './objects/networks.ts';
import { type Order, orderOf } from './objects/order.ts';
import { podTemplate } from './objects/pod.ts';
import type { PodVolume } from './objects/podvolumes.ts';
import { frontsOf } from './objects/serviceports.ts';
import { serviceObjects } from './objects/services.ts';
import { claims, mountedBy } from './objects/volumes.ts';
import { workload } from './objects/workload.ts';
import type { Project, Service } from './project.ts';

/** What the whole project says of each of its services. */
interface Whole {
  readonly app: string;
  readonly images: Images;
  readonly order: Order;
  readonly isApart: boolean;
  readonly files: readonly Placed[];
}

/** The objects of a project: what all of it shares, then each service in the order of the file, then who reaches whom. */
export function composeObjects(project: Project, app: string, images: Images): readonly Placed[] {
  const files = fileObjects(project, app);
  const whole: Whole = { app, images, order: orderOf(project), isApart: separates(project), files };
  const services = [...project.services.values()].flatMap((service) => objectsOf(project, service, whole));
  return withoutRepeated([
    ...files,
    ...claims(project, app),
    ...services,
    ...networkPolicies(project, app, whole.isApart),
  ]);
}

/** Each mount of a folder brings its claim or ConfigMap; others do not have its name (takeName). */
function withoutRepeated(objects: readonly Placed[]): readonly Placed[] {
  const known = new Set<string>();
  return objects.filter(({ object: { kind, metadata } }) => {
    const key = `${kind}/${metadata.name}`;
    const isRepeated = MOUNTED.has(kind) && known.has(key);
    known.add(key);
    return !isRepeated;
  });
}

const MOUNTED = new Set(['PersistentVolumeClaim', 'ConfigMap']);

function objectsOf(
  project: Project,
  service: Service,
  { app, images, order, isApart, files }: Whole,
): readonly Placed[] {
  const fronts = frontsOf(project, service);
  const mounted = mountedBy(project, service, app);
  const kind = kindOf(service, order.awaited.has(service.name));
  const isJob = kind === 'Job' || kind === 'CronJob';
  const [selector, labels] = [selectorOf(app, service.object), labelsOf(app, service.object)];
  const template = podTemplate(project, service, {
    ...{ images, mounted, fronts, selector },
    labels: { ...labels, ...networkLabels(service, isApart) },
    configuration: configurationOf(mounted.volumes.list, [...files, ...mounted.objects]),
    ...(isJob ? { restartPolicy: restartOf(service).policy === 'on-failure' ? 'OnFailure' : 'Never' } : {}),
  });
  const scaled = isJob || kind === 'DaemonSet' ? [] : autoscaler(service, kind, app);
  const wave = order.waves.get(service.name) ?? 0;
  const { keepsData } = mounted;
  const asked = askedIngress(service);
  return [
    ...mounted.objects,
    workload(service, { kind, template, selector, labels, wave, keepsData, isScaled: scaled.length > 0 }),
    ...serviceObjects(project, service, { app, fronts, hasIngress: asked !== undefined, isJob }),
    ...(asked ? ingressObject(service, asked, fronts, app) : []),
    ...scaled,
  ];
}

/** What the ConfigMaps and Secrets that a pod mounts hold. */
function configurationOf(volumes: readonly PodVolume[], objects: readonly Placed[]): readonly Json[] {
  const mounted = new Set(
    volumes.flatMap(({ configMap, secret }) => [
      ...(isObject(configMap) ? [`ConfigMap/${configMap.name}`] : []),
      ...(isObject(secret) ? [`Secret/${secret.secretName}`] : []),
    ]),
  );
  return objects.flatMap(({ object }) => {
    const name = `${object.kind}/${object.metadata.name}`;
    const { data = null, binaryData = null } = object as { data?: Json; binaryData?: Json };
    return mounted.has(name) ? [[name, data, binaryData]] : [];
  });
}
