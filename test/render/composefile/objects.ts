import type { KubeObject } from '../../../src/kube/values/types.ts';
import { type Files, rendered } from '../request.ts';

export type Rendering = Parameters<typeof rendered>[1];

/** What a project renders to, by `Kind/name`. */
export const objectsOf = (
  files: Files,
  more: Rendering = {},
): ReadonlyMap<string, KubeObject & Record<string, unknown>> =>
  new Map(
    rendered(files, more).manifests.map(({ object }) => [
      `${object.kind}/${object.metadata.name}`,
      object as KubeObject & Record<string, unknown>,
    ]),
  );

export const warningsOf = (files: Files, more: Rendering = {}): readonly string[] =>
  rendered(files, more).warnings.map(({ message }) => message);

/** A compose file of one service, `web`, with lines of its own. */
export const web = (line: string, rest = ''): Files => ({
  'compose.yaml': `services:\n  web:\n    image: web\n    ${line}\n${rest}`,
});

/** The spec of the pods of `web`. */
export const podOf = (files: Files, more: Rendering = {}): PodSpec =>
  (objectsOf(files, more).get('Deployment/web') as unknown as Deployment).spec.template.spec;

interface Deployment {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly volumes: readonly { readonly name: string }[];
  readonly containers: readonly { readonly volumeMounts: readonly { readonly name: string }[] }[];
}
