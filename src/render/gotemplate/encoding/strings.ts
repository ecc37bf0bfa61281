const SURROGATE = /[\uD800-\uDFFF]/;

/** Each byte of a Go string that belongs to no character. */
export const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Every byte that belongs to no character as U+FFFD. */
export const wellFormed = (text: string): string =>
  SURROGATE.test(text) ? text.replace(LONE_SURROGATE, '\uFFFD') : text;

export const isWellFormed = (text: string): boolean => !SURROGATE.test(text) || wellFormed(text) === text;
