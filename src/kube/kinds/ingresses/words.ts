import type { Ingress, IngressClass } from '../objects.data.ts';

/** `spec.controller` of the classes that the built-in cluster serves, and the class that it begins with. */
export const INGRESS_CONTROLLER = 'pilotage.dev/ingress';
export const INGRESS_CLASS_NAME = 'pilotage';

/** Where a class was named before there was `spec.ingressClassName`. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
export const DEFAULT_INGRESS_CLASS = 'ingressclass.kubernetes.io/is-default-class';

/**
 * On an Ingress, by who serves it: what keeps a part of it from being served, `Reason: sentence`, several by `; `. An Ingress has no
 * conditions. Absent: nothing does.
 */
export const INGRESS_PROBLEMS = 'pilotage.dev/ingress-problems';

/** On an Ingress, by whoever writes it: the namespaces whose Ingresses may name its hosts too, with commas between; `*`: all. */
export const HOST_SHARED_WITH = 'pilotage.dev/host-shared-with';

export const NGINX = 'nginx.ingress.kubernetes.io/';

export const isOurClass = ({ spec }: IngressClass): boolean => spec?.controller === INGRESS_CONTROLLER;

/** Names of the Secrets of its namespace that an Ingress wants to be served with. */
export function secretsOf({ metadata, spec }: Ingress): readonly string[] {
  const auth = authSecretOf(metadata.namespace, metadata.annotations?.[`${NGINX}auth-secret`]);
  const tls = (spec?.tls ?? []).map(({ secretName }) => secretName);
  return [...new Set([...tls, auth].filter((name) => name !== undefined && name !== ''))] as string[];
}

/** `NAME` or `NAMESPACE/NAME`; undefined for a Secret of another namespace, which no Ingress may use. */
export function authSecretOf(namespace: string | undefined, value: string | undefined): string | undefined {
  const [first = '', second, ...more] = (value ?? '').split('/');
  if (second === undefined) return first === '' ? undefined : first;
  return first === namespace && more.length === 0 ? second : undefined;
}
