/** One leaf that differs; `before` undefined: added, `after` undefined: removed. */
export interface FieldDiff {
  /** `spec.template.spec.containers[name=web].image` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Leaf by leaf what changes; with `maskSecrets`, values of a Secret are replaced by `*** (before)` / `*** (after)`. */
export function diffObjects(
  _before: object | undefined,
  _after: object | undefined,
  _options: { readonly maskSecrets: boolean },
): FieldDiff[] {
  throw new Error('signature only');
}

/** Unified lines for people, of the YAML of both sides. */
export function formatDiff(
  _before: object | undefined,
  _after: object | undefined,
  _options?: { readonly context?: number; readonly names?: readonly [string, string] },
): string[] {
  throw new Error('signature only');
}
