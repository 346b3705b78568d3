/**
 * ASCII stand-ins for characters that have no decomposition to ASCII in Unicode, but that a "best
 * fit" code page turns into ASCII: each line is the ASCII character and its look-alikes.
 */
const LOOK_ALIKES: readonly (readonly [ascii: string, others: string])[] = [
  ['!', '\u01c3\u00a1'],
  ['"', '\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u030e\u3003\u00a8'],
  ["'", '\u2018\u2019\u201a\u201b\u2032\u02b9\u02bc\u02c8\u0301'],
  ['`', '\u02cb\u0300\u2035'],
  ['^', '\u02c4\u02c6\u0302\u2303\u2038'],
  ['~', '\u02dc\u0303\u223c\u301c'],
  ['_', '\u0331\u0332\u02cd\u2017'],
  ['-', '\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad'],
  ['*', '\u2217\u204e\u066d'],
  ['/', '\u2044\u2215\u2571'],
  ['\\', '\u2216\u2572'],
  ['|', '\u2223\u2758\u01c0\u00a6'],
  [':', '\u2236\u0589\u05c3'],
  [';', '\u037e'],
  ['<', '\u2039\u2329\u3008\u00ab'],
  ['>', '\u203a\u232a\u3009\u00bb'],
  ['[', '\u301a'],
  [']', '\u301b'],
  ['%', '\u066a'],
  ['?', '\u0294'],
  ['+', '\u00b1'],
  [',', '\u00b8\u201a\u060c'],
  ['.', '\u2022\u00b7\u2024\u2219\u22c5'],
  ['a', '\u00e6\u0251\u03b1'],
  ['A', '\u00c6'],
  ['b', '\u0180'],
  ['D', '\u00d0\u0110\u0189'],
  ['d', '\u00f0\u0111'],
  ['F', '\u0191'],
  ['f', '\u0192'],
  ['G', '\u01e4'],
  ['g', '\u0261\u01e5'],
  ['h', '\u04bb\u0127'],
  ['H', '\u0126'],
  ['I', '\u0197'],
  ['i', '\u0131'],
  ['l', '\u0142\u019a'],
  ['L', '\u0141'],
  ['O', '\u00d8\u0398\u0152\u019f'],
  ['o', '\u00f8\u0153'],
  ['s', '\u00df'],
  ['T', '\u00de\u0166\u01ae'],
  ['t', '\u0167\u01ab'],
  ['x', '\u00d7'],
  ['z', '\u01b6'],
  ['$', '\u00a4'],
  ['c', '\u00a2'],
  ['C', '\u00a9'],
  ['R', '\u00ae'],
  ['Y', '\u00a5'],
]

const lookAlikes: ReadonlyMap<number, number> = new Map(
  LOOK_ALIKES.flatMap(([ascii, others]) =>
    Array.from(others, (other) => [other.charCodeAt(0), ascii.charCodeAt(0)] as const),
  ),
)

/**
 * The ASCII byte that stands for a UTF-16 unit on a server with a US-ASCII "best fit" code page
 * (IIS, 20127): a look-alike, else the head of its compatibility decomposition (`ａ`, `á`, `①` …),
 * else its lowest byte.
 */
export function bestFit(unit: number): number {
  if (unit < 128) return unit
  const known = lookAlikes.get(unit)
  if (known !== undefined) return known
  const head = String.fromCharCode(unit).normalize('NFKD').charCodeAt(0)
  return head < 128 ? head : unit & 255
}
