import { dns1035Label, dns1123Label } from '../../../kube/values/names.ts';
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
  const invalid = kind === 'Service' ? dns1035Label(name) : dns1123Label(name);
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
