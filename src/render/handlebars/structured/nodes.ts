import type { Place } from '../../../base/place.ts';
import type { Json } from '../../../kube/values/types.ts';
import type { PartialCall } from '../rewriting.ts';

interface Placed {
  readonly place: Place;
}

interface Parsed extends Placed {
  /** As Handlebars reads it, for whoever looks at a template without running it. */
  readonly parsed: readonly hbs.AST.Statement[];
}

/** A scalar without expressions. */
export interface ValueNode extends Placed {
  readonly kind: 'value';
  readonly value: Json;
}

/** A plain scalar that is one expression: it gives the value as it is. */
export interface ExpressionNode extends Parsed {
  readonly kind: 'expression';
  readonly expression: hbs.AST.Expression;
  /** The path that it is, `Values.replicas`; '' for the call of a helper. */
  readonly written: string;
}

/** `{{> labels}}` alone: what the partial gives, as a value. */
export interface PartialNode extends Parsed {
  readonly kind: 'partial';
  readonly name: string;
  readonly context?: hbs.AST.Expression;
  readonly hash: readonly (readonly [string, hbs.AST.Expression])[];
}

/** A scalar with text around its expressions, or in quotes: it gives text. */
export interface TextNode extends Parsed {
  readonly kind: 'text';
  readonly body: readonly hbs.AST.Statement[];
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly members: readonly Member[];
}

export type Node = ValueNode | ExpressionNode | PartialNode | TextNode | ListNode | MapNode;

export interface KeyedMember extends Placed {
  readonly kind: 'member';
  readonly key: string | TextNode;
  readonly value: Node;
}

/** `<<: {{Values.labels}}` */
export interface MergeMember extends Placed {
  readonly kind: 'merge';
  readonly value: Node;
}

/** `{{#if Values.host}}:` with what stands below it; `otherwise` is what stands below the `{{else}}:` after it. */
export interface BlockMember extends Parsed {
  readonly kind: 'block';
  readonly block: BlockName;
  readonly argument: hbs.AST.Expression;
  /** `as |item key|` */
  readonly names: readonly string[];
  readonly body: Node;
  readonly otherwise?: Node | BlockMember;
}

export type Member = KeyedMember | MergeMember | BlockMember;

export const BLOCK_NAMES = ['if', 'unless', 'each', 'with'] as const;
export type BlockName = (typeof BLOCK_NAMES)[number];

/** One document of a template, or one definition of a `_helpers.hbs.yaml`. */
export interface StructuredTemplate {
  readonly file: string;
  readonly documents: readonly Node[];
  /** Partials that are called by name, to be checked when all are known. */
  readonly calls: readonly PartialCall[];
}
