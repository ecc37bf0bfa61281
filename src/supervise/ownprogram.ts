/** How this very program is started again as a process of its own. */
export interface Program {
  /** Program and leading arguments. */
  readonly entry: { readonly execPath: string; readonly args: readonly string[] };
  /** The environment of a process started by us. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  /** Identifies the build: an upgrade, or a build in a checkout, is another one. */
  readonly build: string;
}
