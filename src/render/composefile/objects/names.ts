import { dns1035Label, dns1123Subdomain } from '../../../kube/values/names.ts';
import type { Node } from '../load/node.ts';
import { refuse } from '../load/report.ts';
import { objectName, type Project } from '../project.ts';

export interface Naming {
  /** `Service`, `PersistentVolumeClaim` …: names of one kind differ. */
  readonly kind: string;
  readonly name: string;
  /** What it is called after, in words: `volumes.data`, `the folder data`. The same source has the same name each time. */
  readonly source: string;
  readonly at: Node;
}

/**
 * Takes a name for what a source becomes. Refused where the cluster has no such names, or another source has it: two sources that differ in
 * capitals, `_` or `.` alone would share one object.
 */
export function takeName({ names, report }: Project, { kind, name, source, at }: Naming): string | undefined {
  const invalid = kind === 'Service' ? dns1035Label(name) : dns1123Subdomain(name);
  if (invalid !== undefined)
    return refuse(
      report,
      at,
      'InvalidName',
      `${source} cannot be the name of a ${kind}`,
      'Use letters a to z and digits.',
    );
  const key = `${kind}/${name}`;
  const owner = names.get(key);
  if (owner !== undefined && owner !== source)
    return refuse(
      report,
      at,
      'InvalidName',
      `${source} and ${owner} would both be the ${kind} ${name}`,
      'Rename one.',
    );
  names.set(key, source);
  return name;
}

/** The name of the object that a source becomes, by `text`. */
export const takeObjectName = (
  project: Project,
  { text, ...naming }: Omit<Naming, 'name'> & { readonly text: string },
) => takeName(project, { ...naming, name: objectName(text) });

/**
 * The name of what somebody else has made, as it is written; a name of Compose that the cluster has none of is that of an object. What the project
 * makes has another.
 */
export function takeExternalName(
  project: Project,
  { name: written, ...naming }: Omit<Naming, 'source'>,
): string | undefined {
  const name = dns1123Subdomain(written) === undefined ? written : objectName(written);
  return takeName(project, { ...naming, name, source: `the external ${written}` });
}
