import type { Pod, PodSpec, PriorityClass } from '../../../kube/kinds/objects.data.ts';
import { PRIORITY_CLASSES } from '../../../kube/kinds/resources.data.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { isPodWrite } from './pods.ts';

type Classes = Pick<Store, 'latest' | 'latestIn'>;

const PREFIX = collectionPrefix(PRIORITY_CLASSES.group, PRIORITY_CLASSES.plural);

/**
 * A new pod gets the number and the preemption policy of its PriorityClass, of the default class where it names none, and 0 where there is
 * no such class; only one class is the default (Kubernetes `plugin/pkg/admission/priority`).
 */
export const priority = (store: Classes): AdmissionPlugin => ({
  name: 'Priority',
  mutate(attributes) {
    if (!isPodWrite(attributes)) return attributes.object;
    const pod = attributes.object as Pod;
    return attributes.live
      ? withPriorityOf(attributes.live as Pod, pod)
      : withPriority(attributes, pod, store);
  },
  confirm({ operation, kind, object }) {
    if (kind.group !== PRIORITY_CLASSES.group || kind.plural !== PRIORITY_CLASSES.plural) return;
    if (operation === 'DELETE' || !(object as PriorityClass).globalDefault) return;
    const { name = '' } = object.metadata;
    const other = defaultClass(store)?.metadata.name;
    if (other === undefined || other === name) return;
    const why = `PriorityClass ${other} is already marked as default. Only one default can exist`;
    throw forbidden(kind, name, why);
  },
});

/** An update that leaves both out keeps them; validation refuses any other change. */
function withPriorityOf({ spec: before }: Pod, pod: Pod): Pod {
  const { priority = before.priority, preemptionPolicy = before.preemptionPolicy } = pod.spec;
  if (priority === pod.spec.priority && preemptionPolicy === pod.spec.preemptionPolicy) return pod;
  const kept = {
    ...(priority === undefined ? {} : { priority }),
    ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
  };
  return { ...pod, spec: { ...pod.spec, ...kept } };
}

function withPriority(attributes: AdmissionAttributes, pod: Pod, store: Classes): Pod {
  const { spec } = pod;
  const refuse = (why: string) => forbidden(attributes.kind, pod.metadata.name ?? '', why);
  const asked = spec.priorityClassName || undefined;
  const found = asked === undefined ? defaultClass(store) : classNamed(store, asked);
  if (asked !== undefined && !found) throw refuse(`no PriorityClass with name ${asked} was found`);
  const { value, preemptionPolicy: policy } = found ?? NO_CLASS;
  const preemptionPolicy = policy as PodSpec['preemptionPolicy'];
  const computed = (what: string, given: unknown, is: unknown) =>
    refuse(
      `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${is} from the given PriorityClass name`,
    );
  if (spec.priority !== undefined && spec.priority !== value)
    throw computed('integer value of priority', spec.priority, value);
  if (spec.preemptionPolicy !== undefined && preemptionPolicy && spec.preemptionPolicy !== preemptionPolicy)
    throw computed('string value of PreemptionPolicy', spec.preemptionPolicy, preemptionPolicy);
  const className = asked ?? found?.metadata.name;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(className === undefined ? {} : { priorityClassName: className }),
      priority: value,
      ...(preemptionPolicy ? { preemptionPolicy } : {}),
    },
  };
}

const NO_CLASS: Pick<PriorityClass, 'value' | 'preemptionPolicy'> = {
  value: 0,
  preemptionPolicy: 'PreemptLowerPriority',
};

const classNamed = (store: Classes, name: string) =>
  store.latest(PREFIX + name)?.object as PriorityClass | undefined;

/** Of several, which an older version may have let in, the lowest. */
function defaultClass(store: Classes): PriorityClass | undefined {
  const [lowest] = store
    .latestIn(PREFIX)
    .map(({ object }) => object as PriorityClass)
    .filter(({ globalDefault }) => globalDefault)
    .sort((a, b) => a.value - b.value);
  return lowest;
}
