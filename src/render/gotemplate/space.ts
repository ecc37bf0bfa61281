import { isEmpty, type Tree } from './nodes.ts';

/** Named templates of one render; a later definition wins, but an empty one replaces none (text/template's rule). */
export class TemplateSpace {
  /** The name of the template that all others belong to: errors tell it. */
  readonly name: string;
  private readonly trees = new Map<string, Tree>();
  private readonly parent: TemplateSpace | undefined;

  constructor(name = 'gotpl', parent?: TemplateSpace) {
    this.name = name;
    this.parent = parent;
  }

  define(trees: ReadonlyMap<string, Tree>): void {
    for (const [name, tree] of trees) if (!isEmpty(tree.root) || !this.has(name)) this.trees.set(name, tree);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): Tree | undefined {
    return this.trees.get(name) ?? this.parent?.get(name);
  }

  /** A space with the same templates; what is defined in it is not seen here. Cheap: `tpl` makes one for each call. */
  fork(): TemplateSpace {
    return new TemplateSpace(this.name, this);
  }
}
