import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { detectXss } from './xss.ts'

const attacks: Readonly<Record<string, readonly string[]>> = {
  element: [
    '<script>',
    '<ScRiPt/x src=//x>',
    '<<script>alert(1);//<</script>',
    'x"><iframe src=//x>',
    '<base href=//x>',
    '<x:script xmlns:x="http://www.w3.org/1999/xhtml" src="data:,alert(1)" />',
    '<svg><script>alert(1)',
    '<style>@import"x"',
    '<!--><script>1</script>',
    '<a><b><object data=x>',
  ],
  handler: [
    '<svg/onload=alert(1)>',
    '<img src=x onerror=alert(1)//',
    '<img/src="x"onerror=1>',
    '<x onbeforehellfreezes=alert(1)>',
    '"onclick=alert(1)//',
    "' onmouseover='alert(1)",
    '` onmouseover=1 `',
    'x onclick=1 y',
    '<img\x0conerror\n=\n1>',
    '<div onclick>',
    '<a title="\'>" onfocus=1>',
  ],
  scheme: [
    '<a href=javascript:1>',
    '<a href="&#106;avascript:1">',
    '<a href="&#x6A;avascript:1">',
    '<a href="java\nscript:1">',
    '<a href=" \x01jav&Tab;ascript&colon;1">',
    '<a href="vbscript:x">',
    '<button formaction=javascript:1>',
    '<svg><a xlink:href="javascript:1">',
    '<set attributeName=href to=javascript:1>',
    '<object-x data="data:text/html;base64,PHN=">',
    '" href=javascript:1 x="',
    'javascript:alert(1)',
  ],
  markup: ['<x srcdoc="&lt;b>">'],
  style: ['<p style="background:url(javascript:1)">', '" style="x:expression(1)'],
  declaration: ['<!DOCTYPE x [<!ENTITY a "b">]>', '<?xml version="1.0"?>', '<!--[if IE]>'],
}

const harmless: readonly string[] = [
  '',
  'plain text',
  'a < b and b > c',
  'I <3 you = me',
  '<b>bold</b> and <i class="x">italic</i>',
  '<a href="https://example.org/?q=1">link</a>',
  '<img src="data:image/png;base64,iVBORw0KGgo=">',
  '<https://example.org/>',
  'status = online, location = north',
  'we go on = 1',
  'only=1&once=2&one=3',
  'turn it on, load = 5 kg',
  'javascript: the good parts',
  'data:text/plain;base64,AAAA=',
  'https://example.org/?onclick_id=1',
  '{"a": "<b>", "c": "x=1"}',
  'if (a<b) { x = "y"; }',
  'He said: "it\'s = 1"',
]

for (const [reason, values] of Object.entries(attacks))
  test(`detectXss() answers "${reason}" for what it found`, () => {
    for (const value of values) assert.equal(detectXss(value), reason, value)
  })

test('detectXss() leaves prose, harmless markup, links and code alone', () => {
  assert.deepEqual(
    harmless.filter((value) => detectXss(value) !== undefined),
    [],
  )
})

test('detectXss() sees a handler in each context that a page may offer', () => {
  for (const before of ['', '"', "'", '`', '">', '" ', 'x" ', '"/'])
    assert.notEqual(detectXss(`${before}<p onclick=1>`), undefined, before)
  for (const before of ['"', "'", '`', 'x ', '"x ', "it's "])
    assert.notEqual(detectXss(`${before}onclick=1 `), undefined, before)
})

const htmlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '</',
        '<!',
        '<!--',
        '<?',
        '<a ',
        '<img',
        '/',
        '=',
        '"',
        "'",
        '`',
        ' ',
        '\n',
        '\0',
        'on',
        'onload',
        'href',
        'xlink:href',
        'style',
        'javascript:',
        'data:',
        '&#',
        '&#x6a;',
        '&Tab;',
        ':',
        '&',
      ),
      fc.string({
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

test('detectXss() never throws and answers with a known reason or nothing', () => {
  const reasons: readonly (string | undefined)[] = [undefined, ...Object.keys(attacks)]
  fc.assert(
    fc.property(htmlish, (value) => reasons.includes(detectXss(value))),
    { numRuns: 5000, seed: 1 },
  )
})

test('detectXss() is not misled by what stands in front of a script element', () => {
  // Whatever honest bytes come first, as text the element is still there.
  fc.assert(
    fc.property(
      htmlish.filter((value) => !/["'<]/.test(value)),
      (before) => detectXss(`${before}<script>`) !== undefined,
    ),
    { numRuns: 2000, seed: 3 },
  )
})

test('detectXss() takes a time that grows with the length only', () => {
  const atoms = [
    '<',
    '<a ',
    '<a x="',
    '<a>',
    'a=`',
    '<a href=&#',
    '<!--',
    '&#',
    'x:',
    '<a href="',
    '<p style=x ',
    "='",
    ' = ',
    '<a/',
    'on',
    ' on=',
  ]
  for (const atom of atoms) {
    const value = `="'\`${atom.repeat(Math.floor((128 * 1024) / atom.length))}`
    const before = process.cpuUsage()
    detectXss(value)
    const cost_ms = process.cpuUsage(before).user / 1000
    // Some 10 ms are usual; a quadratic scan would take minutes.
    assert.ok(cost_ms < 500, `${JSON.stringify(atom)}: ${cost_ms} ms`)
  }
})
