/** `templates/_labels.hbs` → `labels` */
export const partialNameOf = (file: string): string =>
  file
    .replace(/^.*\//, '')
    .replace(/^_/, '')
    .replace(/\.hbs$/, '');
