import { BETA_CLASS, IS_DEFAULT_CLASS, newestDefault } from '../../../kube/kinds/volumes/storageclass.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import type { AdmissionPlugin } from './plugin.ts';

interface Defaulted {
  readonly name: string;
  readonly group: string;
  readonly plural: string;
  /** Where the class is said: a field of the specification, or an annotation that is older than it. */
  readonly field: string;
  readonly annotation: string;
  /** The key of the classes in the store, and by which annotations one of them is the default. */
  readonly classes: string;
  readonly isDefault: readonly string[];
}

const INGRESS: Defaulted = {
  name: 'DefaultIngressClass',
  group: 'networking.k8s.io',
  plural: 'ingresses',
  field: 'ingressClassName',
  annotation: 'kubernetes.io/ingress.class',
  classes: collectionPrefix('networking.k8s.io', 'ingressclasses'),
  isDefault: ['ingressclass.kubernetes.io/is-default-class'],
};

const STORAGE: Defaulted = {
  name: 'DefaultStorageClass',
  group: '',
  plural: 'persistentvolumeclaims',
  field: 'storageClassName',
  annotation: BETA_CLASS,
  classes: collectionPrefix('storage.k8s.io', 'storageclasses'),
  isDefault: IS_DEFAULT_CLASS,
};

/** Who names no class gets the default one (Kubernetes `plugin/pkg/admission/network/defaultingressclass`, `storage/storageclass/setdefault`). */
const defaultClass =
  (kind: Defaulted) =>
  (store: Pick<Store, 'list'>): AdmissionPlugin => ({
    name: kind.name,
    mutate({ operation, kind: { group, plural }, subresource, object }) {
      if (operation !== 'CREATE' || subresource !== undefined) return object;
      if (group !== kind.group || plural !== kind.plural || namesClass(kind, object)) return object;
      const classes = store.list(kind.classes).map(({ object: stored }) => stored);
      const name = newestDefault(classes, kind.isDefault);
      if (name === undefined) return object;
      return { ...object, spec: { ...(isObject(object.spec) ? object.spec : {}), [kind.field]: name } };
    },
  });

export const defaultIngressClass = defaultClass(INGRESS);
export const defaultStorageClass = defaultClass(STORAGE);

/** An empty name says that there is to be none. */
const namesClass = ({ field, annotation }: Defaulted, { spec, metadata }: KubeObject): boolean =>
  (isObject(spec) && spec[field] !== undefined) || metadata.annotations?.[annotation] !== undefined;
