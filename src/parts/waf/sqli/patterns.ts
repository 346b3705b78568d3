/** Sets of kinds that the patterns share. */
export const classes: Readonly<Record<string, string>> = {
  // A value the application expects, after which SQL can only come from an attacker.
  P: '1qv)',
  // A beginning that honest text has as well: it needs stronger evidence.
  N: 'nsfg',
  V: '1suvnfFg',
  L: '1sv',
  // Calls and subselects: never seen after a value in honest text.
  X: 'FSC',
}

/**
 * Shapes that only an injection has, by family; the letters are those of `kinds.ts`. A shape is an
 * injection when it begins with one of them.
 */
export const patterns: readonly string[] = [
  // union based
  '{P} )? U [ES]',
  '{P} o {V} )? U [ES]',
  '{N} )? U E [1svufFgSC]',
  '{N} )? U S',
  'U E [1svfFgS]',
  // boolean based
  '{P} )? & {V} o',
  '{P} )? & [fFgSC]',
  '{P} )? & {V} [c)]',
  '{P} o {V} )? & {V} o',
  '{P} )? & [Bb]',
  'q )? & u',
  'q )? o {V} & {V}',
  'q )? & [1svn] & u',
  // a comment hides the path in front
  'm n 1 U',
  '{N} )? & {L} o {L}',
  '{N} )? & {X}',
  '{N} o {V} )? & {L} o {L}',
  '{N} o {V} )? U [ES]',
  '& {L} o {L}',
  '& {X}',
  // a value that is itself an expression
  '{P} )? [amo,]? {X}',
  // a call is all there is
  'F',
  'q )? [ao] f',
  'q a {V} [a&] u',
  'q a {V} c',
  'q m 1 c',
  'q m f [am] u',
  '{N} [amo] {X}',
  'n k? , S [fFSC]',
  'f F',
  'f S [1fFSC]',
  'E F',
  'E {V} [&amok]? [SC]',
  'S {V}',
  'S )',
  'C',
  // probes of the number of columns and of rows
  '{P} )? B {V}',
  '{P} )? b {V} [$c,;o&Bb)]',
  '{P} )? b [fFgSC]',
  '{N} )? B 1 [c,;]',
  '{N} B {V} B',
  '{N} o {V} B {V} S',
  // stacked statements
  '{P} )? ; )? [DU]',
  '{P} )? ; E [1suvfFgS]',
  'q )? ; M',
  '{P} )? ; M [$c;vfgFsu]',
  '{P} )? ; [FS]',
  '{P} )? D',
  '{N} )? ; D',
  'n D s c',
  '; D',
  // the rest of the statement is cut off
  'q )? ;? c',
  '{P} o {V} c',
]
