import { call, operand, pipeline, type Scope } from './expressions.ts';
import { fixed, type Piece, statement, statements, written } from './node.ts';
import type { Random } from './random.ts';

/** A random template with all of text/template's constructs. It always ends: templates include only those defined before them. */
export function randomTemplate(random: Random): Piece {
  const defined: Piece[] = [];
  const templates: string[] = [];
  for (let count = random.int(3); count > 0; count -= 1) {
    const name = `t${templates.length}`;
    const body = block({ random, variables: ['$'], templates: [...templates] }, { depth: 1, looping: false });
    defined.push(statement(open(random), `define "${name}"`, close(random), body, '{{ end }}'));
    templates.push(name);
  }
  const body = block({ random, variables: ['$'], templates }, { depth: 2, looping: false });
  return statements([...defined, ...body.parts.filter((part) => typeof part !== 'string')]);
}

interface Place {
  /** So many blocks may still lie in each other. */
  readonly depth: number;
  /** Within a loop, which break and continue need. */
  readonly looping: boolean;
}

const open = (random: Random): string => random.pick(['{{ ', '{{ ', '{{', '{{- ', '{{-\n ']);
const close = (random: Random): string => random.pick([' }}', ' }}', '}}', ' -}}', '\n -}}']);

function block(scope: Scope, place: Place): Piece {
  const { random } = scope;
  const pieces: Piece[] = [];
  let here = scope;
  for (let count = 1 + random.int(place.depth > 1 ? 3 : 2); count > 0; count -= 1) {
    const [piece, next] = one(here, place);
    pieces.push(piece);
    here = next;
  }
  return statements(pieces);
}

const TEXT = ['text ', '\n', '  - ', 'k: ', '\n\n  x', '"', '<no value>', 'a\tb', ' } {', ''];

function one(scope: Scope, place: Place): readonly [Piece, Scope] {
  const { random, variables } = scope;
  const roll = random.next();
  const action = (...parts: (string | Piece)[]): Piece => statement(open(random), ...parts, close(random));
  if (roll < 0.18) return [statement(random.pick(TEXT)), scope];
  if (roll < 0.55 || place.depth === 0) return [action(pipeline('any', scope, 1)), scope];
  if (roll < 0.63) {
    const name = `$${random.pick(['v', 'w', 'x'])}`;
    const assigns = variables.includes(name) && random.chance(0.5);
    const piece = action(`${name} ${assigns ? '=' : ':='} `, pipeline('any', scope, 2));
    return [piece, { ...scope, variables: [...variables.filter((known) => known !== name), name] }];
  }
  return [compound(scope, place, action), scope];
}

type Action = (...parts: (string | Piece)[]) => Piece;

function compound(scope: Scope, place: Place, action: Action): Piece {
  const { random } = scope;
  const inner = { ...place, depth: place.depth - 1 };
  const roll = random.next();
  if (roll < 0.3) return conditional('if', scope, inner);
  if (roll < 0.48) return conditional('with', scope, inner);
  if (roll < 0.78) return loop(scope, inner);
  if (roll < 0.86 && place.looping)
    return statement(
      '{{ if ',
      operand('bool', scope, 1),
      ` }}{{ ${random.pick(['break', 'continue'])} }}{{ end }}`,
    );
  if (roll < 0.9 && scope.templates.length > 0)
    return action(`template "${random.pick([...scope.templates, 'absent'])}" `, operand('any', scope, 1));
  if (roll < 0.95) return action('tpl ', quotedTemplate(scope), ' ', operand('any', scope, 0));
  return statement(random.pick(['{{/* note */}}', '{{- /* note */ -}}', '{{ block "blk" . }}in{{ end }}']));
}

function conditional(word: 'if' | 'with', scope: Scope, place: Place): Piece {
  const { random } = scope;
  const declares = random.chance(0.2);
  const head = declares ? '$c := ' : '';
  const within = declares ? { ...scope, variables: [...scope.variables, '$c'] } : scope;
  const parts: (string | Piece)[] = [
    open(random),
    `${word} ${head}`,
    pipeline('any', scope, 1),
    close(random),
    block(within, place),
  ];
  if (random.chance(0.25))
    parts.push(
      open(random),
      `else ${word} `,
      pipeline('any', within, 1),
      close(random),
      block(within, place),
    );
  if (random.chance(0.4)) parts.push(open(random), 'else', close(random), block(within, place));
  return statement(...parts, '{{ end }}');
}

/** Always a list or a map, or an error: Go ranges over a number too, which may be a large one. */
function collection(scope: Scope): Piece {
  const { random } = scope;
  if (random.chance(0.4)) return fixed(random.pick(['$.d', '$.e', '$.e.d', '.d', '.e']));
  return fixed(...call(random.pick(['list', 'map'] as const), scope, 1, 0).parts);
}

function loop(scope: Scope, place: Place): Piece {
  const { random } = scope;
  const names = random.pick([[], [], ['$e'], ['$i', '$e']]);
  const head = names.length > 0 ? `${names.join(', ')} := ` : '';
  const over = random.chance(0.15) ? operand('small', scope, 0) : collection(scope);
  const within = { ...scope, variables: [...scope.variables, ...names] };
  const parts: (string | Piece)[] = [
    open(random),
    `range ${head}`,
    over,
    close(random),
    block(within, { ...place, looping: true }),
  ];
  if (random.chance(0.3)) parts.push(open(random), 'else', close(random), block(scope, place));
  return statement(...parts, '{{ end }}');
}

/** A template in a text. */
const quotedTemplate = (scope: Scope): string =>
  JSON.stringify(`<{{ ${written(pipeline('string', { ...scope, variables: ['$'] }, 0))} }}>`);
