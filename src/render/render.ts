import type { Blot } from '../base/blot.ts';
import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import { isObject } from '../kube/values/equal.ts';
import type { KubeObject } from '../kube/values/types.ts';
import type { ChartEngine } from './engine.ts';
import type { Chance } from './gotemplate/chance.ts';
import { quote } from './gotemplate/format/quote.ts';
import { createLookups } from './gotemplate/lookups.ts';
import { createMade } from './gotemplate/made.ts';
import { seesRevision } from './key.ts';
import { tooLargeToApply } from './manifests/bounds.ts';
import { distinct } from './manifests/duplicates.ts';
import { holdersOf } from './manifests/holders.ts';
import { nameImages } from './manifests/imagenames.ts';
import { assignNamespace } from './manifests/namespace.ts';
import type { Written } from './manifests/read.ts';
import { blotted, blotterOf, secretTexts, textsOfManifests } from './manifests/secrets.ts';
import { upgrade } from './manifests/upgrade.ts';
import { patched } from './patches.ts';
import { type Explainable, explain } from './provenance/explain.ts';
import { isSealedText } from './sops/open.ts';
import { sealedFields } from './sops/sealedfields.ts';
import { type OpenedTree, openTree } from './sops/tree.ts';
import { renderSource } from './sources/list.ts';
import type { SourceOutput, SourceRequest } from './sources/source.ts';
import type { Rendered, RenderRequest } from './types.ts';

/** As renderInline, of files that may be sealed by SOPS: they are opened in memory alone, and no problem repeats what was in them. */
export async function render(
  request: RenderRequest,
  engine: ChartEngine,
  chance: Chance,
): Promise<Result<Rendered>> {
  const { tree, secrets, unopened } = await openTree(
    request.tree,
    request.identities ?? [],
    request.dataKeys ?? {},
  );
  // What was sealed may name the revision: what counts is what the files say in git, as in the key of the render.
  const seen = secrets.length === 0 ? {} : { revisionSeen: seesRevision(request) };
  // As %q of Go writes them too.
  const texts = secrets.flatMap((secret) => [secret, quote(secret).slice(1, -1)]);
  const rendered = renderInline({ ...request, ...seen, tree }, engine, chance, blotterOf(texts));
  const left = unopened.size === 0 ? [] : leftSealed(request, rendered, unopened);
  const [first, ...others] = left;
  if (first) return failed(first, ...others);
  return secrets.length === 0 ? rendered : withoutSecrets(rendered, texts);
}

/** Why the sealed files that took part could not be opened; one that is for another environment lies beside them, and is nothing to this one. */
function leftSealed(
  { valuesFiles }: RenderRequest,
  rendered: Result<Rendered>,
  unopened: OpenedTree['unopened'],
): readonly Problem[] {
  const named = valuesFiles.flatMap((file) => unopened.get(file) ?? []);
  if (named.length > 0 || !rendered.ok) return named;
  const written = rendered.value.manifests.some(({ object }) => holdsSealed(object));
  return written ? [...unopened.values()].flat() : [];
}

/** As text, or in the base64 of a Secret that was made of a file. */
function holdsSealed(object: KubeObject): boolean {
  if (isSealedText(JSON.stringify(object))) return true;
  const data = object.kind === 'Secret' && isObject(object.data) ? Object.values(object.data) : [];
  return data.some((value) => isSealedText(Buffer.from(String(value), 'base64').toString('utf8')));
}

function withoutSecrets(result: Result<Rendered>, secrets: readonly string[]): Result<Rendered> {
  const told = blotted(result, () => secrets);
  if (!told.ok) return told;
  return ok({
    ...told.value,
    manifests: told.value.manifests.map((manifest) => {
      const sealed = sealedFields(manifest.object, secrets);
      return sealed.length === 0 ? manifest : { ...manifest, sealed };
    }),
  });
}

/**
 * The objects of one app. Pure: equal requests give equal results, but for what a template makes anew by `chance`. Runs in the caller's
 * process, for the command line and tests; the daemon renders what it does not trust in a pool (`pool.ts`).
 */
export function renderInline(
  request: RenderRequest,
  engine: ChartEngine,
  chance: Chance,
  blot: Blot = (text) => text,
): Result<Rendered> {
  const made = createMade(request.generated ?? {}, chance);
  const rendered = renderWith(request, engine, { made, chance, blot });
  return blotted(rendered, () => [
    ...secretTexts(made.used(), request.lookups ?? {}),
    // Whoever asks where a field comes from is told values, which a Secret may be made of, too.
    ...(request.explain && rendered.ok ? textsOfManifests(rendered.value.manifests) : []),
  ]);
}

function renderWith(
  request: RenderRequest,
  engine: ChartEngine,
  { made, chance, blot }: Pick<SourceRequest, 'made' | 'chance' | 'blot'>,
): Result<Rendered> {
  const lookedUp = createLookups(request.lookups ?? {});
  const source = renderSource({ ...request, made, lookedUp, chance, blot }, engine);
  const [generated, lookups] = [made.used(), lookedUp.unanswered()];
  const recorded = {
    ...(Object.keys(generated).length > 0 ? { generated } : {}),
    ...(lookups.length > 0 ? { lookups } : {}),
  };
  // Without the answers a template may well fail, or say what it would not say with them.
  if (request.lookups && lookups.length > 0) return ok({ manifests: [], warnings: [], ...recorded });
  if (!source.ok) return source;
  const rendered = finished(source.value, request);
  if (!rendered.ok || !recorded.generated)
    return rendered.ok ? ok({ ...rendered.value, ...recorded }) : rendered;
  // Here and not where they are kept: many values in many objects take their time.
  const holders = holdersOf(generated, rendered.value.manifests, request.path);
  return ok({ ...rendered.value, ...recorded, holders });
}

/** What a delivery makes of a source: served versions, images, namespaces; and what it refuses. */
export function finished(source: SourceOutput, request: RenderRequest): Result<Rendered> {
  const changed = patched(source.manifests, request.patches ?? [], request.tree);
  if (!changed.ok) return changed;
  const all = changed.value.manifests.map(upgrade);
  const upgraded = all.flatMap((one) => ('problem' in one ? [] : [one]));
  const placed = upgraded.map(({ written }) =>
    assignNamespace(nameImages(written, request.images), request.namespace, request.allowNamespaces ?? false),
  );
  const { written, problems: doubled } = distinct(placed.filter((p): p is Written => 'object' in p));
  const removed = all.flatMap((one) => ('problem' in one ? [one.problem] : []));
  const problems = [...removed, ...placed.filter((p): p is Problem => 'reason' in p), ...doubled];
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  const { notes, warnings } = source;
  const explanation =
    request.explain && explain(explainable(source.manifests, written, request), request.explain);
  const rendered: Rendered = {
    // It travels between processes, as a place that is computed cannot.
    manifests: written.map(({ placeOf: _, provenance: __, ...one }) => ({ ...one, app: request.app })),
    ...(explanation ? { explanation } : {}),
    ...(notes === undefined ? {} : { notes }),
    warnings: [
      ...warnings,
      ...changed.value.warnings,
      ...upgraded.flatMap(({ warning }) => (warning ? [warning] : [])),
    ],
  };
  const [large, ...larger] = tooLargeToApply(rendered);
  return large ? failed(large, ...larger) : ok(rendered);
}

/** What is delivered, beside what the source wrote: Pilotage has changed some of it since. */
function explainable(
  before: readonly Written[],
  after: readonly Written[],
  { app, patches = [] }: RenderRequest,
): Explainable[] {
  const byProvenance = new Map(before.map((one) => [one.provenance, one.object]));
  const byName = new Map(before.map(({ object }) => [nameOf(object), object]));
  return after.map(({ object, origin, provenance }) => {
    const written = provenance ? byProvenance.get(provenance) : byName.get(nameOf(object));
    return {
      ...{ object, app, place: origin, isPatched: patches.length > 0 },
      ...(written ? { written } : {}),
      ...(provenance ? { provenance } : {}),
    };
  });
}

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;
