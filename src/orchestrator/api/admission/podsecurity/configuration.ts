import { mapping, texts } from '../../../../kube/values/members.ts';
import { dns1123Label, dns1123Subdomain, type NameCheck } from '../../../../kube/values/names.ts';
import type { Json } from '../../../../kube/values/types.ts';
import {
  type LevelVersion,
  MODES,
  type Mode,
  NO_LEVEL,
  NO_VERSION,
  OPEN,
  type PodSecurityPolicy,
  readLevel,
  readVersion,
} from './policy.ts';

/** Whom no level holds, by name. */
export interface PodSecurityExemptions {
  readonly usernames: readonly string[];
  readonly namespaces: readonly string[];
  readonly runtimeClasses: readonly string[];
}

export interface PodSecurityConfiguration {
  /** What the labels of a namespace do not say. */
  readonly defaults: PodSecurityPolicy;
  readonly exemptions: PodSecurityExemptions;
}

export const NOT_CONFIGURED: PodSecurityConfiguration = {
  defaults: OPEN,
  exemptions: { usernames: [], namespaces: [], runtimeClasses: [] },
};

const GROUP = 'pod-security.admission.config.k8s.io';
const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `${GROUP}/${version}`);

/**
 * A PodSecurityConfiguration, whose versions are alike (pod-security-admission `admission/api/v1/types.go`, `admission/api/validation`).
 * @throws Error that names the member
 */
export function podSecurityConfigurationOf(value: Json, at: string): PodSecurityConfiguration {
  const given = mapping(value, at, ['apiVersion', 'kind', 'defaults', 'exemptions']);
  if (!VERSIONS.includes(String(given.apiVersion)) || given.kind !== 'PodSecurityConfiguration')
    throw new Error(
      `${at}: it is ${JSON.stringify(given.kind)} of ${JSON.stringify(given.apiVersion)}, not a PodSecurityConfiguration of ${VERSIONS[0]}`,
    );
  return {
    defaults: defaultsOf(given.defaults ?? {}, `${at}.defaults`),
    exemptions: exemptionsOf(given.exemptions ?? {}, `${at}.exemptions`),
  };
}

function defaultsOf(value: Json, at: string): PodSecurityPolicy {
  const given = mapping(
    value,
    at,
    MODES.flatMap((mode) => [mode, `${mode}-version`]),
  );
  const read = <T>(
    member: string,
    otherwise: string,
    parse: (text: string) => T | undefined,
    why: string,
  ) => {
    // As in Go, an empty text is one that is not there.
    const text = given[member] || otherwise;
    const parsed = typeof text === 'string' ? parse(text) : undefined;
    if (parsed === undefined) throw new Error(`${at}.${member}: ${JSON.stringify(text)}: ${why}`);
    return parsed;
  };
  const modeOf = (mode: Mode): LevelVersion => ({
    level: read(mode, 'privileged', readLevel, NO_LEVEL),
    version: read(`${mode}-version`, 'latest', readVersion, NO_VERSION),
  });
  return { enforce: modeOf('enforce'), audit: modeOf('audit'), warn: modeOf('warn') };
}

const nameOfUser: NameCheck = (name) => (name === '' ? 'username must not be empty' : undefined);

function exemptionsOf(value: Json, at: string): PodSecurityExemptions {
  const given = mapping(value, at, ['usernames', 'namespaces', 'runtimeClasses']);
  const read = (member: keyof PodSecurityExemptions, check: NameCheck): readonly string[] => {
    const names = texts(given[member], `${at}.${member}`);
    for (const [index, name] of names.entries()) {
      const why = names.indexOf(name) < index ? 'it is there twice' : check(name);
      if (why !== undefined) throw new Error(`${at}.${member}[${index}]: ${JSON.stringify(name)}: ${why}`);
    }
    return names;
  };
  return {
    usernames: read('usernames', nameOfUser),
    namespaces: read('namespaces', dns1123Label),
    runtimeClasses: read('runtimeClasses', dns1123Subdomain),
  };
}
