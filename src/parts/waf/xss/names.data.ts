/** Elements that run, load or redirect by their mere presence. Source: HTML standard, SVG 2, XSLT. */
export const active_elements = `script iframe frame frameset object embed applet base link meta style
  noscript isindex import handler listener vmlframe layer ilayer bgsound portal fencedframe
  xsl:stylesheet stylesheet`

/**
 * Attributes whose value is fetched or navigated to, so that a scheme in it may run.
 * `from`, `to`, `by` and `values` set such an attribute by animation.
 */
export const url_attributes = `href src action formaction data background poster dynsrc lowsrc cite
  codebase icon manifest profile longdesc usemap classid archive from to by values folder srcset ping
  content xlink:href attributename url code`

/** Attributes that hold markup themselves. */
export const markup_attributes = 'srcdoc datasrc datafld dataformatas'

/** What runs script, or once did, in a declaration of CSS. */
export const active_styles = [
  'javascript:',
  'vbscript:',
  'expression(',
  'behavior:',
  '-moz-binding',
]

/**
 * Names of event handler attributes, without `on`. Source: HTML standard 8.1.7.2.1, Pointer Events, UI
 * Events, Touch Events, CSS Animations and Transitions, SVG 2, Media Capture, old Internet Explorer.
 */
export const events = `abort activate addtrack afterprint afterscriptexecute animationcancel
  animationend animationiteration animationstart appinstalled auxclick beforeactivate beforecopy
  beforecut beforedeactivate beforeeditfocus beforeinput beforeinstallprompt beforematch beforepaste
  beforeprint beforescriptexecute beforetoggle beforeunload beforeupdate begin blur bounce cached
  cancel canplay canplaythrough cellchange change checking click close command connect
  contentvisibilityautostatechange contextlost contextmenu contextrestored controlselect copy
  cuechange cut dataavailable datasetchanged datasetcomplete dblclick deactivate devicemotion
  deviceorientation drag dragdrop dragend dragenter dragexit dragleave dragover dragstart drop
  durationchange emptied encrypted end ended enter error errorupdate exit filterchange finish focus
  focusin focusout formchange formdata forminput fullscreenchange fullscreenerror gamepadconnected
  gesturechange gestureend gesturestart gotpointercapture hashchange help input invalid keydown keypress
  keyup languagechange layoutcomplete load loadeddata loadedmetadata loadend loadstart losecapture
  lostpointercapture message messageerror mousedown mouseenter mouseleave mousemove mouseout mouseover
  mouseup mousewheel move moveend movestart mozfullscreenchange offline online open orientationchange
  outofsync pagehide pagereveal pageshow pageswap paste pause play playing pointercancel pointerdown
  pointerenter pointerleave pointermove pointerout pointerover pointerrawupdate pointerup popstate
  progress propertychange ratechange readystatechange rejectionhandled repeat reset resize resizeend
  resizestart reverse rowenter rowexit rowdelete rowinserted rowsdelete rowsinserted scroll scrollend
  scrollsnapchange scrollsnapchanging search securitypolicyviolation seek seeked seeking select selectionchange
  selectstart show slotchange sort stalled start stop storage submit suspend syncrestored timeerror
  timeupdate toggle touchcancel touchend touchmove touchstart trackchange transitioncancel
  transitionend transitionrun transitionstart unhandledrejection unload urlflip visibilitychange volumechange
  waiting webkitanimationend webkitanimationiteration webkitanimationstart webkitfullscreenchange
  webkitmouseforcechanged webkitmouseforcedown webkitmouseforceup webkitmouseforcewillbegin
  webkitplaybacktargetavailabilitychanged webkittransitionend webkitwillrevealbottom wheel zoom`

/** Schemes that run what follows them. `data` is looked at more closely. */
export const active_schemes = 'javascript vbscript livescript mocha jscript view-source data feed'

/** Character references that matter for hiding a scheme. Source: HTML standard 13.5. */
export const references: Readonly<Record<string, number>> = {
  colon: 58,
  tab: 9,
  newline: 10,
  lpar: 40,
  rpar: 41,
  nbsp: 160,
  sol: 47,
  amp: 38,
  quot: 34,
  apos: 39,
  lt: 60,
  gt: 62,
  period: 46,
  comma: 44,
  semi: 59,
  excl: 33,
  num: 35,
  equals: 61,
}
