import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { YamlError } from '../gotemplate/encoding/yaml/unmarshal.ts';
import { compareText } from '../gotemplate/kinds.ts';
import { GoError } from '../gotemplate/values.ts';
import { excerpt } from '../manifests/read.ts';
import type { WrittenOutput } from '../provenance/text.ts';
import { type ManifestHead, readHead } from './head.ts';
import { INSTALL_ORDER, WEBHOOKS } from './kindorder.data.ts';
import { splitManifests } from './split.ts';
import { trimSpace } from './trim.ts';

/** The output of a template, by its name. */
export interface OutputFile {
  readonly name: string;
  readonly text: string;
  /** Line of the text, from 1 → the template and line that wrote it. */
  readonly place: (line: number) => Place;
  /** How it came about, in a render that is to explain its objects. */
  readonly written?: Omit<WrittenOutput, 'linesBefore'>;
}

export interface HelmManifest {
  /** The template's name. */
  readonly name: string;
  readonly content: string;
  readonly head: ManifestHead;
  /** Line of the content, from 1 → the template and line that wrote it. */
  readonly place: (line: number) => Place;
  readonly written?: WrittenOutput;
  /** The events of a hook, in the order of its annotation; absent: no hook. */
  readonly events?: readonly string[];
}

export interface SortedManifests {
  readonly manifests: readonly HelmManifest[];
  readonly hooks: readonly HelmManifest[];
  /** Hooks of an event that Helm does not know: it leaves them out. */
  readonly unknownHooks: readonly HelmManifest[];
}

const HOOK = 'helm.sh/hook';
const EVENTS: ReadonlyMap<string, string> = new Map([
  ...[
    ...['pre-install', 'post-install', 'pre-delete', 'post-delete', 'pre-upgrade', 'post-upgrade'],
    ...['pre-rollback', 'post-rollback', 'test'],
  ].map((event) => [event, event] as const),
  ['test-success', 'test'],
]);

/**
 * The manifests of all templates in the order in which Helm installs them, hooks apart (`SortManifests` of
 * pkg/release/v1/util/manifest_sorter.go).
 * @throws ProblemError for output that is no YAML
 */
export function sortManifests(files: readonly OutputFile[], helm: HelmVersion): SortedManifests {
  const all = files
    .toSorted((a, b) => compareText(a.name, b.name))
    .filter(({ text }) => trimSpace(text) !== '')
    .flatMap((file) => manifestsOf(file, helm));
  const isUnknown = ({ events = [] }: HelmManifest): boolean => events.some((event) => !EVENTS.has(event));
  const byKind = kindComparison(helm);
  const sorted = all.filter((one) => !isUnknown(one)).toSorted((a, b) => byKind(a.head.kind, b.head.kind));
  return {
    manifests: sorted.filter(({ events }) => !events),
    hooks: sorted.flatMap((one) =>
      one.events ? [{ ...one, events: one.events.map((event) => EVENTS.get(event) ?? event) }] : [],
    ),
    unknownHooks: all.filter(isUnknown),
  };
}

function manifestsOf(file: OutputFile, helm: HelmVersion): HelmManifest[] {
  let line = 1;
  let counted = 0;
  return splitManifests(file.text, helm).map(({ content, offset }) => {
    for (; counted < offset; counted++) if (file.text.charCodeAt(counted) === 10) line++;
    const before = line - 1;
    const place = (at: number): Place => file.place(before + at);
    const head = headOf(file.name, content, place);
    const hook = head.annotations.get(HOOK);
    const events = hook?.split(',').map((event) => trimSpace(event).toLowerCase());
    const written = file.written && { ...file.written, linesBefore: before };
    return {
      ...{ name: file.name, content, head, place },
      ...(written ? { written } : {}),
      ...(events ? { events } : {}),
    };
  });
}

function headOf(name: string, content: string, place: (line: number) => Place): ManifestHead {
  try {
    return readHead(content);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw new ProblemError(yamlProblem(name, content, error, place), { cause: error });
  }
}

function yamlProblem(name: string, content: string, error: GoError, place: (line: number) => Place): Problem {
  const line = (error instanceof YamlError ? error.line : undefined) ?? 1;
  return {
    reason: 'InvalidYaml',
    message: `The output of ${name} is not a manifest: ${error.message}`,
    place: place(line),
    details: ['rendered:', ...excerpt(content, line)],
    remedy: 'Look at the indentation of what the template writes; nindent places blocks.',
  };
}

/** Kinds that Helm does not know come last, by their names. */
function kindComparison(helm: HelmVersion): (a: string, b: string) => number {
  const order = new Map(
    [...INSTALL_ORDER, ...(helm === 4 ? WEBHOOKS : [])].map((kind, index) => [kind, index]),
  );
  return (a, b) => {
    const [first, second] = [order.get(a), order.get(b)];
    if (first === undefined && second === undefined) return compareText(a, b);
    if (first === undefined) return 1;
    return second === undefined ? -1 : first - second;
  };
}
