/** Sets of kinds that the patterns share. */
export const classes: Readonly<Record<string, string>> = {
  /** The application's value has ended here; only an attacker goes on behind it. */
  Q: 'qv)',
  /** A number may be the application's value, but numbers stand in prose as well. */
  P: '1qv)',
  /** A beginning that most honest text has: it needs the strongest evidence. */
  N: 'nsfg',
  V: '1suvnfFg',
  L: '1sv',
  O: 'ow',
  /** Operators that take operands. */
  A: 'amow',
  /** Calls and subselects that are never seen behind a value in honest text. */
  X: 'FSC',
}

/**
 * Shapes that only an injection has, by family; the letters are those of `kinds.ts`. A shape is an
 * injection when it begins with one of them.
 */
export const patterns: readonly string[] = [
  // union based
  '{Q} )? U U? [ES]',
  '1 )? U U? E [1svufFgSCE$c]',
  '1 )? U U E',
  '1 )? U E n [k,;cam)]',
  '1 )? U U? S',
  '{P} {O} {V} )? U U? [ES]',
  '{N} )? U U? E [1svufFgSC]',
  '{N} )? U U? S',
  '{N} {O} {V} )? U U? [ES]',
  'U U? E [1svfFgS]',
  // a comment hides the path in front
  'm n 1 U',
  // boolean based
  '{Q} )? & {V} {O}',
  '1 )? & {V} o',
  '1 )? & [nfFg] w [svfFS]',
  '1 )? & [nfFg] w 1 [&c;]',
  '1 )? & {L} w [svfFS]',
  '1 )? & {L} w 1 [$c&);]',
  '{P} )? & [fFSC]',
  '{Q} )? & g',
  '1 )? & g [owc&]',
  '{P} )? & {V} c',
  '{Q} )? & {V} )',
  '{P} {O} {V} )? & {V} o',
  '{P} )? & [Bb]',
  'q )? & u',
  'q )? {O} {V} & {V}',
  'q )? & [1svn] & u',
  '{N} )? & {L} o {L}',
  '{N} {O} {V} )? & {L} o {L}',
  '{N} )? & {X}',
  '& {L} o {L}',
  '& {X}',
  // a value that is itself an expression
  '{P} )? {A}? {X}',
  '{P} )? , [FS]',
  'F',
  'q )? [aow] f',
  'q a [1vnfFg] [a&] u',
  'q a {V} c',
  'q m 1 c',
  'q m [fF] [am] u',
  'q m f S',
  '{N} {A} {X}',
  'n k? , S [fFSC]',
  'f F',
  'f S [1fFSC]',
  'E F',
  'E {V} [&amowk]? [SC]',
  'S [1svufFgC]',
  'S n k n? [$kcS]',
  'S )',
  'C [1vfFS]',
  'C {V} {O}',
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
  '{Q} )? D',
  '1 )? D [suv]',
  '1 )? D n [c;]',
  '{N} )? ; D',
  'n D s c',
  '; D',
  // the rest of the statement is cut off
  'q )? ;? c',
  '{P} {O} {V} c',
]
