import type { Place } from '../../base/located.ts';

export interface Template {
  /** Path in the tree: what errors name. */
  readonly file: string;
  readonly text: string;
}

/** The data of one chart, as its templates see it. */
export type Context = Readonly<Record<string, unknown>>;

/** What a helper may know about where it is called. */
export interface Call {
  readonly root: Context;
  readonly place: Place;
}

export interface EngineOptions {
  /** `{{image "web"}}` → reference, or undefined when nothing is known under that name. */
  readonly image: (name: string, root: Context) => string | undefined;
  /** Files of the chart that templates may read, by path relative to the chart. */
  readonly files: (root: Context) => Readonly<Record<string, string>>;
}
