import type { HelmMetadata } from '../helm/metadata.ts';

const NAME = 'org.opencontainers.image.';

/** What a manifest says of its chart (`generateOCIAnnotations` of pkg/registry/chart.go). `created` is RFC 3339. */
export function annotationsOf(metadata: HelmMetadata, created: string): Readonly<Record<string, string>> {
  const { name, version, description, home, sources, maintainers } = metadata;
  const own = Object.entries({
    description,
    title: name,
    version,
    url: home,
    created,
    source: sources[0] ?? '',
    authors: maintainers.map((one) => one.name + (one.email && ` (${one.email})`)).join(', '),
  }).flatMap(([key, text]) => (text.trim() === '' ? [] : [[NAME + key, text] as const]));
  // A chart's own annotations win, but for what it is.
  const given = [...metadata.annotations].filter(
    ([key]) => ![`${NAME}version`, `${NAME}title`].includes(key),
  );
  return Object.fromEntries([...own, ...given].sort(([a], [b]) => (a < b ? -1 : 1)));
}
