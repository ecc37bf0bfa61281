import { refuse } from '../load/report.ts';
import type { Service } from '../project.ts';

/** References that the caller knows. */
export interface Images {
  /** Of what is built from this project, by service. */
  readonly built: Readonly<Record<string, string>>;
  /** Of pilotage.yaml, by the names that it has for them. */
  readonly named: Readonly<Record<string, string>>;
  /** What the values of the app say: `images: {web: registry.example.com/web:1}`. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The image of a service: as pilotage.yaml names one that is built, or the values name any, else what is built from it, else what it says. An
 * image that a service takes from a registry is not what pilotage.yaml builds under the name of the service.
 */
export function imageOf(service: Service, { built, named, values }: Images): string {
  const { name, object, fields, at } = service;
  const written = fields.text('image');
  const isBuilt = fields.at('build') !== undefined;
  const isNamed = isBuilt || !written;
  const known =
    (isNamed ? (own(named, name) ?? own(named, object)) : undefined) ??
    own(values, name) ??
    (isBuilt ? own(built, name) : undefined);
  if (known !== undefined) return known;
  if (written) return own(named, nameOf(written)) ?? written;
  const message = isBuilt
    ? `the image of ${name} is not built for this cluster`
    : `${name} has neither image nor build`;
  const remedy = isBuilt
    ? `Name a registry in pilotage.yaml (docs/images.md), or the image in the values of the app: images: {${name}: REFERENCE}.`
    : 'Add image: NAME:TAG, or build: FOLDER.';
  refuse(fields.report, fields.at('build') ?? at, 'ImageUnknown', message, remedy);
  return name;
}

const own = (map: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;

/** Without tag and digest. */
const nameOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/]*$/, '');

const POLICIES: Readonly<Record<string, string>> = {
  always: 'Always',
  never: 'Never',
  missing: 'IfNotPresent',
  if_not_present: 'IfNotPresent',
  ifnotpresent: 'IfNotPresent',
  refresh: 'Always',
  daily: 'Always',
  weekly: 'Always',
};

/** `pull_policy`; what Compose pulls now and then is pulled at each start of a pod. */
export function pullPolicyOf(service: Service): string | undefined {
  const label = service.fields.pairs('labels').get('kompose.image-pull-policy')?.text;
  const said = (label ?? service.fields.text('pull_policy'))?.toLowerCase();
  if (said === undefined || said === 'build') return undefined;
  if (said.startsWith('every_')) return 'Always';
  return Object.hasOwn(POLICIES, said) ? POLICIES[said] : undefined;
}
