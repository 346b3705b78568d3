/** How much a body processor may make out of one body. */
export type BodyLimits = {
  readonly arguments_max: number
  readonly json_depth_max: number
  readonly multipart_parts_max: number
  /** 512 when not given. */
  readonly xml_depth_max?: number
}

/** A file of a multipart body. */
export type FilePart = {
  /** The form's field: FILES_NAMES. */
  readonly field: string
  /** The name that the client gives it: FILES. */
  readonly filename: string
  readonly size: number
  readonly content: string
}

/** What a body says, as byte strings. After an error it holds all that was read before it. */
export type ParsedBody = {
  /** ARGS_POST, in order, with duplicates. */
  readonly args: readonly (readonly [name: string, value: string])[]
  readonly files: readonly FilePart[]
  /**
   * MULTIPART_PART_HEADERS: each header line of each part under the part's name; a folded one is
   * joined.
   */
  readonly part_headers: readonly (readonly [part_name: string, header_line: string])[]
  /** MULTIPART_* variables without their prefix; empty for other kinds of bodies. */
  readonly multipart: Readonly<Record<string, number | string>>
  /**
   * `texts` is XML:/\*: the text of the root element with all below it, as one string. `attributes`
   * is XML://@\*: each value, namespace declarations not among them. Both UTF-8.
   */
  readonly xml:
    | { readonly texts: readonly string[]; readonly attributes: readonly string[] }
    | undefined
  /** REQBODY_ERROR_MSG: the first thing that is wrong with the body. */
  readonly error: string | undefined
}

/** Reads a body. Total: whatever the bytes, it answers, and in time linear in their number. */
export type BodyProcessor = (body: string, content_type: string, limits: BodyLimits) => ParsedBody

/** A body that says nothing. */
export const emptyBody: ParsedBody = {
  args: [],
  files: [],
  part_headers: [],
  multipart: {},
  xml: undefined,
  error: undefined,
}
