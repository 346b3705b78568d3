import type { Random } from './random.support.ts'

type Family = (random: Random) => string

function code(r: Random): string {
  return r.pick([
    'alert(1)',
    'alert`1`',
    'confirm(document.domain)',
    'prompt()',
    "fetch('//x.example')",
    'eval(name)',
    '(alert)(1)',
    'top[8680439..toString(30)](1)',
    'x=1',
  ])
}

/** Letters in any case. */
function spell(r: Random, text: string): string {
  const style = r.below(3)
  if (style === 0) return text
  return [...text].map((c) => (style === 1 || r.below(2) > 0 ? c.toUpperCase() : c)).join('')
}

function gap(r: Random): string {
  return r.pick([' ', ' ', '  ', '/', '\t', '\n', '\x0c', ' / ', '\r'])
}

function event(r: Random): string {
  return spell(
    r,
    `on${r.of('error|load|click|mouseover|focus|toggle|animationstart|pointerenter|wheel|begin|blur|input|keydown|pageshow|hashchange|message|submit|copy|drag|mouseenter|change|scroll|unload|play|resize')}`,
  )
}

function assigned(r: Random): string {
  const text = code(r)
  const quote = r.pick(['', '"', "'"])
  return `${r.pick(['=', '=', ' = ', '\n='])}${quote}${quote === "'" ? text.replaceAll("'", '"') : text}${quote}`
}

/** `javascript:` as browsers still understand it. */
function scheme(r: Random): string {
  const plain = spell(
    r,
    r.of('javascript:|javascript:|vbscript:|data:text/html,|data:text/html;base64,'),
  )
  switch (r.below(7)) {
    case 0:
      return `&#${plain.charCodeAt(0)};${plain.slice(1)}`
    case 1:
      return `&#x${plain.charCodeAt(0).toString(16)};${plain.slice(1)}`
    case 2:
      return `${plain.slice(0, 4)}${r.pick(['\t', '\n', '&Tab;', '&#9;', '&NewLine;', '&#x0a;'])}${plain.slice(4)}`
    case 3:
      return `${r.pick([' ', '\x01', '\n', '&#32;'])}${plain}`
    case 4:
      return plain.replace(':', r.pick(['&colon;', '&#58;', '&#x3a;', '&#x0003a;']))
    default:
      return plain
  }
}

function element(r: Random): string {
  return spell(
    r,
    r.of(
      'img|svg|body|video|audio|input|a|div|details|marquee|p|b|x|select|textarea|button|math|table|form|custom-tag|image|keygen',
    ),
  )
}

/** HTML and attribute injections by family, written for this project. */
export const html_attacks: Readonly<Record<string, Family>> = {
  script: (r) =>
    `${r.pick(['', '">', "'>", 'x', '</title>', '--><'.slice(0, 3), '</textarea>'])}<${spell(r, 'script')}${r.pick(['', ' ', ' src=//x.example/a.js', '/x', ' type=text/javascript', '\n'])}>${code(r)}${r.pick(['</script>', '', '//'])}`,
  handler: (r) =>
    `${r.pick(['', '">', 'hi '])}<${element(r)}${gap(r)}${r.pick(['', `src=x${gap(r)}`, 'open ', 'autofocus ', 'style="color:red" '])}${event(r)}${assigned(r)}${r.pick(['>', '', '/>', '//'])}`,
  handler_after_value: (r) => `<img src="x"${r.pick(['', ' ', '/'])}${event(r)}${assigned(r)}>`,
  quoted_escape: (r) =>
    `${r.of('x||search|1')}${r.pick(['"', "'"])}${r.pick([' ', '', '/'])}${event(r)}${assigned(r)}${r.pick([' ', ' x="', " y='", ' autofocus'])}`,
  unquoted_escape: (r) => `${r.of('x|search|1')} ${event(r)}${assigned(r)}`,
  tag_escape: (r) =>
    `${r.of('x||1')}${r.pick(['">', "'>", '>'])}<${r.of('script|iframe|img|svg|object|embed')}${gap(r)}${event(r)}=${code(r)}>`,
  link: (r) => `<a${gap(r)}href=${r.pick(['"', "'", ''])}${scheme(r)}${code(r)}>x</a>`,
  form_action: (r) =>
    `<${r.of('button|input')} formaction=${r.pick(['"', "'"])}${scheme(r)}${code(r)}>`,
  form: (r) => `<form action="${scheme(r)}${code(r)}"><input type=submit>`,
  frame: (r) =>
    `<${spell(r, r.of('iframe|frame|frameset|object|embed|applet'))}${r.pick([' ', '/', '\n'])}${r.of('src|data|code|x')}=${r.pick(['"', "'", ''])}${r.pick([scheme(r), '//x.example/'])}>`,
  meta: (r) =>
    `<${spell(r, r.of('meta|link|base'))} ${r.pick(['http-equiv=refresh content="0;url=javascript:alert(1)"', 'rel=stylesheet href=//x.example', 'href=//x.example/', 'charset=utf-7'])}>`,
  vector_graphics: (r) =>
    `<svg><${r.pick([`script>${code(r)}`, `animate onbegin=${code(r)} attributeName=x>`, `a xlink:href="${scheme(r)}${code(r)}"><text>x`, `set attributeName=href to="${scheme(r)}1">`, `image href=x ${event(r)}=${code(r)}>`, `use href="data:image/svg+xml,<svg>"/>`])}`,
  style: (r) =>
    `<style>${r.pick(['@import//x', '*{x:expression(1)}', 'a{}', 'li{list-style-image:url(javascript:x)}'])}</style>`,
  declaration: (r) =>
    `${r.pick(['<!DOCTYPE html [<!ENTITY x "y">]>', '<!DOCTYPE x SYSTEM "//x">', '<?xml version="1.0"?>', '<!--[if gte IE 4]>x<![endif]-->', '<?import namespace="t">', '<!ENTITY x SYSTEM "file:///etc/passwd">'])}${r.of('|<x>| |a')}`,
  markup_document: (r) =>
    `<iframe srcdoc="&lt;${r.of('script|img|svg')}${gap(r)}${event(r)}=1&gt;">`,
  prefix: (r) =>
    `<x:${spell(r, 'script')} xmlns:x="http://www.w3.org/1999/xhtml">${code(r)}</x:script>`,
  picture_source: (r) =>
    `<img ${r.of('src|lowsrc|dynsrc|background|srcset')}="${scheme(r)}${code(r)}">`,
  minimal: (r) =>
    r.pick([
      '<script>',
      '<svg/onload=1>',
      '"onclick=alert(1)//',
      "'onfocus='1",
      '<a href=javascript:1>',
      '<img/src/onerror=1>',
      '<iframe>',
      '<base/href=//x>',
      '`onmouseover=1',
      '<body onload=1',
      '<script/',
      '<math><a href=javascript:1>',
    ]),
}
