import { looksTyped, type Version } from './plain.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/** What ends a line for Go's YAML, inside of a class. */
const BREAKS = '\\r\\n\\x85\\u2028\\u2029';
export const LINE_BREAK = new RegExp(`[${BREAKS}]`);
const SPACE_BEFORE_BREAK = new RegExp(` [${BREAKS}]`);
const SPACE_AFTER_BREAK = new RegExp(`[${BREAKS}] `);
const COMMENT = new RegExp(`[ \\t\\0${BREAKS}]#`);
/** Texts of which everybody sees that no character asks for quotes. */
const SIMPLE = /^[A-Za-z0-9_./][A-Za-z0-9_./-]*$/;
/** What is written escaped (`is_printable` of yamlprivateh.go); tabs are another matter for yaml.v3. */
const UNPRINTABLE = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
/** What would begin something else outside of a flow collection. */
const INDICATOR = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?:[ \t]|$))/;
const KEY_INDICATOR = /.:(?:[ \t]|$)/s;

/** How a text is written (`stringv` of encode.go, then `yaml_emitter_select_scalar_style` of emitterc.go). */
export function styleOf(text: string, version: Version): ScalarStyle {
  const isTyped = looksTyped(text, version);
  if (!isTyped && SIMPLE.test(text) && !text.startsWith('...')) return 'plain';
  return choose(text, isTyped, version);
}

/** How a text is written that stands under a tag, and so cannot be taken for anything else. */
export const styleOfTagged = (text: string, version: Version): ScalarStyle => choose(text, false, version);

function choose(text: string, isTyped: boolean, version: Version): ScalarStyle {
  const hasTab = text.includes('\t');
  const isEscaped = UNPRINTABLE.test(text) || SPACE_BEFORE_BREAK.test(text) || (version === 2 && hasTab);
  if (text.includes('\n')) return isEscaped || text.endsWith(' ') ? 'double' : 'literal';
  if (isTyped || isEscaped || hasTab || SPACE_AFTER_BREAK.test(text)) return 'double';
  const isBare = text.startsWith(' ') || text.endsWith(' ') || LINE_BREAK.test(text);
  const hasIndicator = INDICATOR.test(text) || KEY_INDICATOR.test(text) || COMMENT.test(text);
  return isBare || hasIndicator ? 'single' : 'plain';
}
