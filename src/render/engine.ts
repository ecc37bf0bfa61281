import type { Located, Place } from '../base/place.ts';
import type { ValueReads } from '../charts/valuereads.ts';
import type { Json } from '../kube/values/types.ts';
import type { Chance } from './gotemplate/chance.ts';
import type { Made } from './gotemplate/made.ts';
import type { Output } from './provenance/output.ts';

/** What a language of chart templates has to offer. Handlebars is one (`handlebars/`); the one to use is handed in. */
export interface ChartEngine {
  readonly name: string;
  /** Whether a file of `templates/` is written in it, and what it makes; undefined: it is taken as it is. */
  formOf(file: string): TemplateForm | undefined;
  /** A space of names for one render: nothing of one application reaches another. */
  open(options: EngineOptions): Templates;
  /** Notes which values the templates of charts read, the chart at the top first; nothing is run. */
  readValues(charts: readonly ChartTemplates[], reads: ValueReads): void;
}

/** The templates of one chart. */
export interface ChartTemplates {
  /** The names that lead to it from the chart at the top. */
  readonly scope: readonly string[];
  readonly helpers: readonly Template[];
  readonly templates: readonly Template[];
}

/** `text`: a template that writes YAML. `structured`: YAML whose values are expressions, read before anything of it is evaluated. */
export type TemplateForm = 'text' | 'structured';

export interface Templates {
  /** Makes what a template defines callable from every other. Later definitions win. @throws ProblemError */
  define(template: Template): void;
  /** @throws ProblemError with file, line, column and remedy */
  render(template: Template, context: Context): RenderedText;
  /** The documents of a structured template. @throws ProblemError with file, line, column and remedy */
  evaluate(template: Template, context: Context): readonly StructuredDocument[];
}

/** A document of a structured template. */
export interface StructuredDocument extends Located<Json> {
  /** Where the member of a JSON pointer was written, or the nearest one around it. */
  readonly written: (pointer: string) => WrittenMember;
}

export interface WrittenMember {
  readonly place: Place;
  /** The path that its whole value is, `Values.replicas`; '' for anything else. */
  readonly value: string;
}

export interface Template {
  /** Path in the tree: what errors name. */
  readonly file: string;
  readonly text: string;
}

/** The data of one chart, as its templates see it. */
export type Context = Readonly<Record<string, unknown>>;

export interface EngineOptions {
  /** `{{image "web"}}` → reference, or undefined when nothing is known under that name. */
  readonly image: (name: string, root: Context) => string | undefined;
  /** The name of a ConfigMap or a Secret of the chart's own, or undefined where nothing says what is in it. */
  readonly refer: (reference: Reference, root: Context, place: Place) => string | undefined;
  /** Files of the chart that templates may read, by path relative to the chart. */
  readonly files: (root: Context) => Readonly<Record<string, string>>;
  /** Keeps what is made once, and what makes it. */
  readonly made: Made;
  readonly chance: Chance;
  /** How texts come about is recorded. */
  readonly explain?: boolean;
}

/** `{{config "web"}}`, `{{secret "db" "password"}}` */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key?: string;
  /** Of a value that is made because nobody gives it. */
  readonly length: number;
}

/** Where a line of output came from: index of the file in the engine's list, line from 1. */
export interface LineSource {
  readonly file: number;
  readonly line: number;
}

export interface MappedText {
  readonly text: string;
  /** One entry per line of `text`. */
  readonly sources: readonly LineSource[];
}

export interface RenderedText extends MappedText {
  /** File names by the index that `sources` use. */
  readonly files: readonly string[];
  /** How the text came about, where that is recorded. */
  readonly output?: Output;
}
