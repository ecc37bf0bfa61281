import type { JsonObject } from '../../../kube/values/types.ts';
import { readEnvironmentFile, resolvePath } from '../load/files.ts';
import type { Node } from '../load/node.ts';
import { refuse } from '../load/report.ts';
import type { Project, Service } from '../project.ts';
import { Fields } from '../read/fields.ts';

/** `env_file` and `environment`, the latter above; a name without a value takes that of the variable, where there is one. */
export function environmentOf(project: Project, service: Service): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const item of service.fields.items('env_file'))
    for (const [name, value] of fileOf(project, service, item)) found.set(name, value);
  for (const [name, { text, at }] of service.fields.pairs('environment')) {
    const value = text ?? project.lookup(name);
    if (!/^[ -~]+$/.test(name) || name.includes('='))
      refuse(project.report, at, 'InvalidCompose', `${JSON.stringify(name)} is not the name of a variable`);
    else if (value !== undefined) found.set(name, value);
  }
  return found;
}

function fileOf(project: Project, service: Service, item: Node): ReadonlyMap<string, string> {
  const { loaded, report, lookup } = project;
  const entry = item.kind === 'map' ? new Fields(item, report, `${service.fields.path}.env_file`) : undefined;
  const path = entry ? entry.text('path') : item.kind === 'scalar' ? String(item.value) : undefined;
  const file = path === undefined ? undefined : resolvePath(item.base, path);
  const isRaw = entry?.text('format') === 'raw';
  const found = file === undefined ? undefined : readEnvironmentFile(loaded.loading, { file, lookup, isRaw });
  if (!found && entry?.boolean('required') !== false)
    refuse(
      report,
      item,
      'FileMissing',
      `the env_file ${path} of ${service.name} is not in the repository`,
      `Commit it, or write {path: ${path}, required: false} and set its variables under environment.`,
    );
  return found ?? new Map();
}

/** Kubernetes replaces `$(NAME)` in these texts, which Compose does not: a dollar sign before `(` or `$` is doubled. */
export const literal = (text: string): string => text.replace(/\$(?=[$(])/g, '$$$$');

export const envOf = (variables: ReadonlyMap<string, string>): readonly JsonObject[] =>
  [...variables].map(([name, value]) => ({ name, value: literal(value) }));
