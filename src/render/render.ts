import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import type { ChartEngine } from './engine.ts';
import { tooLargeToApply } from './manifests/bounds.ts';
import { findDuplicates } from './manifests/duplicates.ts';
import { nameImages } from './manifests/imagenames.ts';
import { assignNamespace } from './manifests/namespace.ts';
import type { Written } from './manifests/read.ts';
import { upgrade } from './manifests/upgrade.ts';
import { renderSource } from './sources/list.ts';
import type { Rendered, RenderRequest } from './types.ts';

/**
 * The objects of one app. Pure: equal requests give equal results. Runs in the caller's process, for the command line and
 * tests; the daemon renders what it does not trust in a pool (`pool.ts`).
 */
export function renderInline(request: RenderRequest, engine: ChartEngine): Result<Rendered> {
  const source = renderSource(request, engine);
  if (!source.ok) return source;
  const upgraded = source.value.manifests.map(upgrade);
  const placed = upgraded.map(({ written }) =>
    assignNamespace(nameImages(written, request.images), request.namespace, request.allowNamespaces ?? false),
  );
  const written = placed.filter((p): p is Written => 'object' in p);
  const problems = [...placed.filter((p): p is Problem => 'reason' in p), ...findDuplicates(written)];
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  const { notes, warnings } = source.value;
  const rendered: Rendered = {
    manifests: written.map((w) => ({ ...w, app: request.app })),
    ...(notes === undefined ? {} : { notes }),
    warnings: [...warnings, ...upgraded.flatMap(({ warning }) => (warning ? [warning] : []))],
  };
  const [large, ...larger] = tooLargeToApply(rendered);
  return large ? failed(large, ...larger) : ok(rendered);
}
