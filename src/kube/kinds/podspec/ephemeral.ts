import { duplicate, type FieldError, forbidden, notFound } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { objectsAt, textAt } from '../checks/read.ts';
import { validateContainer } from './container.ts';

/** What looks at a pod offers nothing and is not restarted (Kubernetes `pkg/apis/core/validation/validation.go`, allowedEphemeralContainerFields). */
const NOT_ALLOWED = [
  'lifecycle',
  'livenessProbe',
  'ports',
  'readinessProbe',
  'resizePolicy',
  'resources',
  'restartPolicy',
  'restartPolicyRules',
  'startupProbe',
] as const;

export function validateEphemeralContainers(
  spec: JsonObject,
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] {
  const others = new Set(
    ['containers', 'initContainers'].flatMap((key) => objectsAt(spec, key).map((one) => textAt(one, 'name'))),
  );
  const names = new Set(others);
  return objectsAt(spec, 'ephemeralContainers').flatMap((container, i) => {
    const at = `${path}.ephemeralContainers[${i}]`;
    const name = textAt(container, 'name');
    const target = textAt(container, 'targetContainerName');
    const isTaken = names.has(name);
    names.add(name);
    const { targetContainerName: _, ...common } = container;
    return [
      ...validateContainer(common, at, volumes, 'ephemeralContainers'),
      ...(isTaken ? [duplicate(`${at}.name`, name)] : none),
      ...(target === '' || others.has(target) ? none : [notFound(`${at}.targetContainerName`, target)]),
      ...NOT_ALLOWED.filter((field) => isSet(container[field])).map((field) =>
        forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container'),
      ),
    ];
  });
}

const isSet = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).length > 0
    : value !== undefined && value !== null;
