/** A piece of a template: text and smaller pieces, so that a failing case can be shrunk by leaving pieces out. */
export interface Piece {
  /** A `statement` may be left out, an `expression` may stand for any other, what is `fixed` must stay. */
  readonly sort: 'fixed' | 'statement' | 'statements' | 'expression';
  readonly parts: readonly (string | Piece)[];
}

export const expression = (...parts: readonly (string | Piece)[]): Piece => ({ sort: 'expression', parts });
export const fixed = (...parts: readonly (string | Piece)[]): Piece => ({ sort: 'fixed', parts });
export const statement = (...parts: readonly (string | Piece)[]): Piece => ({ sort: 'statement', parts });
export const statements = (parts: readonly Piece[]): Piece => ({ sort: 'statements', parts });

export const written = ({ parts }: Piece): string =>
  parts.map((part) => (typeof part === 'string' ? part : written(part))).join('');

/** Pieces that are a little smaller, the smallest first. */
export function* smaller(piece: Piece): Generator<Piece> {
  if (piece.sort === 'expression') yield* smallerExpressions(piece);
  if (piece.sort === 'statements') {
    for (const index of piece.parts.keys())
      yield { ...piece, parts: piece.parts.filter((_, other) => other !== index) };
    for (const [index, part] of piece.parts.entries()) {
      if (typeof part === 'string') continue;
      for (const inner of childrenOf(part).filter(({ sort }) => sort === 'statements'))
        yield { ...piece, parts: piece.parts.toSpliced(index, 1, ...inner.parts) };
    }
  }
  for (const [index, part] of piece.parts.entries()) {
    if (typeof part === 'string') continue;
    for (const less of smaller(part)) yield { ...piece, parts: piece.parts.toSpliced(index, 1, less) };
  }
}

const childrenOf = ({ parts }: Piece): Piece[] =>
  parts.flatMap((part) => (typeof part === 'string' ? [] : [part]));

const SIMPLE = ['1', '""', 'nil'];

function* smallerExpressions(piece: Piece): Generator<Piece> {
  const text = written(piece);
  if (text.length <= 3) return;
  for (const simple of SIMPLE) yield expression(simple);
  for (const child of childrenOf(piece)) if (child.sort === 'expression') yield child;
}
