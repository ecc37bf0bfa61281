/**
 * `$(NAME)` becomes the variable's value, `$$` a single `$`, and a name that is not known stays as it is written
 * (Kubernetes `third_party/forked/golang/expansion`).
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : whole;
  });
}
