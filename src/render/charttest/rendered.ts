import { type Problem, ProblemError, unwrap } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';
import { dumpYaml, parseNewer } from '../../kube/values/yaml.ts';
import type { TemplatesOutcome } from '../sources/source.ts';
import { type Document, RAW } from './document.ts';
import type { Suite, Test } from './model.ts';
import { inChart, selects } from './names.ts';
import { atPath, merged } from './setpath.ts';

/** What a test asks to be rendered. */
export interface TestRequest {
  /** The values of all that it names, as a text of YAML. */
  readonly values: string;
  readonly release: {
    readonly name: string;
    readonly namespace: string;
    readonly revision: number;
    readonly isUpgrade: boolean;
  };
  readonly chart: { readonly version?: string; readonly appVersion?: string };
  readonly kubeVersion?: string;
  readonly apiVersions: readonly string[];
  readonly includeCrds: boolean;
  readonly objects: Test['objects'];
  /** By the name of a template: `shop/templates/web.yaml`. */
  selects(name: string): boolean;
}

export interface RenderTest {
  templates(request: TestRequest): TemplatesOutcome;
  /** A values file, from the folder of the suite. @throws ProblemError */
  readValues(file: string): string;
  /** What `helm` has where a suite names half of it. */
  readonly kubeVersion: { readonly major: string; readonly minor: string };
}

/** What was rendered, as documents by the names of templates. */
export type Outcome = {
  readonly documents: ReadonlyMap<string, readonly Document[]>;
  /** Of all templates, those among them that have no documents. */
  readonly names: readonly string[];
} & (
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly problem: Problem;
      /** In the words of the engine. */
      readonly said: string;
      /** The one that failed; absent where it was something else. */
      readonly template?: string;
    }
);

export function renderTest(
  test: Test,
  suite: Suite,
  { route, render }: { readonly route: string; readonly render: RenderTest },
): Outcome {
  const outcome = render.templates(requestOf(test, suite, { route, render }));
  if (outcome.ok) {
    const documents = outcome.templates.flatMap(({ name, text }) => {
      const found = documentsIn(name, text);
      return found ? [[name, found] as const] : [];
    });
    return { ok: true, documents: new Map(documents), names: outcome.templates.map(({ name }) => name) };
  }
  const { problem, said, template } = outcome;
  // A partial has no output: what calls it fails.
  const isPartial = template !== undefined && /(^|\/)_[^/]*$/.test(template);
  const failing = isPartial
    ? suite.templates.map((one) => `${route}/${inChart(one)}`)
    : template
      ? [template]
      : [];
  return {
    ...{ ok: false, problem, said },
    documents: new Map(failing.map((name) => [name, [{ [RAW]: said }]])),
    names: failing,
    ...(failing.length > 0 && template !== undefined ? { template } : {}),
  };
}

/** undefined for a file of another kind, which nobody can assert anything of. */
function documentsIn(name: string, text: string): readonly Document[] | undefined {
  if (name.endsWith('.txt')) return [{ [RAW]: text }];
  if (!/\.(ya?ml|tpl)$/.test(name)) return undefined;
  // A separator with something behind it ends its line.
  const parsed = parseNewer(text.replace(/(^|\s*\n)---\s*/g, '\n---\n'), name);
  return unwrap(parsed).flatMap(({ value }) => {
    if (!isObject(value))
      throw new ProblemError({
        reason: 'InvalidYaml',
        message: `The output of ${name} is no map: ${JSON.stringify(value)}`,
      });
    return Object.keys(value).length === 0 ? [] : [value as Document];
  });
}

function requestOf(
  test: Test,
  suite: Suite,
  { route, render }: { readonly route: string; readonly render: RenderTest },
): TestRequest {
  const patterns = suite.templates.length > 0 ? suite.templates : ['**'];
  const [wanted, unwanted] = [patterns, suite.excludeTemplates].map((all) =>
    all.map((one) => selects(`${route}/${inChart(one)}`)),
  );
  const { name = 'RELEASE-NAME', namespace = 'NAMESPACE' } = { ...suite.release, ...test.release };
  const capabilities = { ...suite.capabilities, ...test.capabilities };
  const { major, minor } = render.kubeVersion;
  return {
    values: dumpYaml(valuesOf(test, suite, { route, render })),
    release: {
      ...{ name, namespace },
      revision: test.release.revision || suite.release.revision || 0,
      isUpgrade: test.release.upgrade ?? suite.release.upgrade ?? false,
    },
    chart: { ...suite.chart, ...test.chart },
    kubeVersion: `v${capabilities.majorVersion ?? major}.${capabilities.minorVersion ?? minor}.0`,
    apiVersions: apiVersionsOf(test, suite),
    includeCrds: suite.includeCrds,
    objects: [...test.objects, ...suite.objects],
    selects: (template) =>
      (wanted ?? []).some((fits) => fits(template)) && !(unwanted ?? []).some((fits) => fits(template)),
  };
}

function apiVersionsOf(test: Test, suite: Suite): readonly string[] {
  const own = test.capabilities.apiVersions;
  return own === null ? [] : [...own, ...(suite.capabilities.apiVersions ?? [])];
}

/** Files first, those of the suite before those of the test; then what is set, likewise. */
function valuesOf(
  test: Test,
  suite: Suite,
  { route, render }: { readonly route: string; readonly render: RenderTest },
): JsonObject {
  const files = [...suite.values, ...test.values].map((file): JsonObject => {
    const [first] = unwrap(parseNewer(render.readValues(file), file));
    return isObject(first?.value) ? first.value : {};
  });
  const set = [suite.set, test.set].flatMap((all) =>
    Object.entries(all).map(([path, value]) => atPath(path, value as Json)),
  );
  return [...files, ...set].map((layer) => scoped(layer, route)).reduce(merged, {});
}

/** The values of a chart below, as the chart at the top has them; what is global is so for all. */
function scoped(values: JsonObject, route: string): JsonObject {
  const names = route.split('/charts/').slice(1).toReversed();
  return names.reduce<JsonObject>(
    (inner, name) => ({ ...(inner.global === undefined ? {} : { global: inner.global }), [name]: inner }),
    values,
  );
}
