import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProblemError, problemOf } from '../../../base/errors.ts';
import { listOf, mapping } from '../../../kube/values/members.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { parseYaml } from '../../../kube/values/yaml.ts';
import {
  NOT_CONFIGURED,
  type PodSecurityConfiguration,
  podSecurityConfigurationOf,
} from './podsecurity/configuration.ts';

/** The plug-ins that can be configured. */
export interface AdmissionConfiguration {
  readonly podSecurity: PodSecurityConfiguration;
}

export const NOTHING_CONFIGURED: AdmissionConfiguration = { podSecurity: NOT_CONFIGURED };

const VERSION = 'apiserver.config.k8s.io/v1';

/**
 * The file of kube-apiserver's `--admission-control-config-file` (apiserver `pkg/admission/config.go`): an AdmissionConfiguration that has
 * the configuration of a plug-in in it, or the path of its file. @throws ProblemError that names the file and the member
 */
export function readAdmissionConfiguration(file: string | undefined): AdmissionConfiguration {
  if (file === undefined) return NOTHING_CONFIGURED;
  try {
    const given = mapping(parsed(file), 'the file', ['apiVersion', 'kind', 'plugins']);
    if (given.apiVersion !== VERSION || given.kind !== 'AdmissionConfiguration')
      throw new Error(`it is ${JSON.stringify(given.kind)} of ${JSON.stringify(given.apiVersion)}`);
    const plugins = listOf(given.plugins, 'plugins').map((plugin, i) => pluginOf(plugin, `plugins[${i}]`));
    if (plugins.length > 1) throw new Error('plugins[1].name: "PodSecurity" is there twice');
    return { podSecurity: plugins.map((plugin) => configurationOf(plugin, file))[0] ?? NOT_CONFIGURED };
  } catch (error) {
    throw new ProblemError({
      reason: 'AdmissionConfigurationInvalid',
      message: `${file}: ${problemOf(error).message}`,
      remedy: `It is an AdmissionConfiguration of ${VERSION}, as kube-apiserver takes it, for the plug-in PodSecurity.`,
    });
  }
}

function parsed(file: string): Json {
  const result = parseYaml(readFileSync(file, 'utf8'), file);
  if (result.ok) return result.value;
  throw new Error(result.problems[0].message);
}

interface Plugin {
  readonly at: string;
  readonly members: JsonObject;
}

/** Another plug-in would silently not do what the file asks of it. */
function pluginOf(value: Json, at: string): Plugin {
  const members = mapping(value, at, ['name', 'path', 'configuration']);
  if (members.name === 'PodSecurity') return { at, members };
  throw new Error(`${at}.name: ${JSON.stringify(members.name)} has no configuration here`);
}

/** What stands in the file itself counts before a path. */
function configurationOf({ at, members }: Plugin, file: string): PodSecurityConfiguration {
  const { path = '', configuration = null } = members;
  if (typeof path !== 'string') throw new Error(`${at}.path: must be a string`);
  if (configuration !== null) return podSecurityConfigurationOf(configuration, `${at}.configuration`);
  if (path === '') return NOT_CONFIGURED;
  const other = resolve(file, '..', path);
  return podSecurityConfigurationOf(parsed(other), other);
}
