/** ★ A form made from a schema: one control for each field, nested as the schema is. */
import { Field } from '../ui/field.tsx'
import { Choice, Code, Line, NameChoice, Prose, YesNo } from './controls.tsx'
import { fieldHint, fieldName } from './field-words.ts'
import { fieldId, useForm } from './form-context.ts'
import { type Path, pathText } from './json-path.ts'
import { controlOf, type JsonSchema } from './json-schema.ts'
import { Checks, Json, Lines, Pairs, Time } from './list-controls.tsx'
import { ThingList } from './thing-list.tsx'

type FieldsProps = {
  readonly schema: JsonSchema
  readonly value: unknown
  readonly path: Path
}

/** The fields of an object. */
export function SchemaFields({ schema, value, path }: FieldsProps) {
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>
  return (
    <div className="grid items-start gap-x-5 gap-y-4 md:grid-cols-2">
      {Object.entries(schema.properties ?? {}).map(([key, child]) => (
        <SchemaField
          key={key}
          name={key}
          schema={child}
          value={fields[key]}
          path={[...path, key]}
          is_required={schema.required?.includes(key) ?? false}
        />
      ))}
    </div>
  )
}

export type ControlInput = {
  readonly schema: JsonSchema
  readonly value: unknown
  readonly path: Path
  readonly is_required: boolean
}

type FieldProps = ControlInput & { readonly name: string }

const wide = 'md:col-span-2'

function SchemaField({ name, ...input }: FieldProps) {
  const { schema, path, value } = input
  const form = useForm()
  const at = pathText(path)
  const label = fieldName(name, schema)
  const control = controlOf(schema)
  if (control === 'things' || control === 'pairs' || control === 'checks' || control === 'fields') {
    return (
      <fieldset id={fieldId(at)} tabIndex={-1} className={`min-w-0 ${wide}`}>
        <legend className="font-medium text-sm">{label}</legend>
        {schema.description && <p className="label mb-1">{fieldHint(schema, value)}</p>}
        {form.errorAt(at) && <p className="mb-1 text-blocked text-sm">{form.errorAt(at)}</p>}
        {control === 'things' && <ThingList {...input} what={name} />}
        {control === 'pairs' && <Pairs {...input} what={name} />}
        {control === 'checks' && <Checks {...input} />}
        {control === 'fields' && <SchemaFields {...input} />}
      </fieldset>
    )
  }
  if (control === 'yes_no' && schema.default !== undefined)
    return <YesNo {...input} label={label} />
  const names = control === 'text' ? form.namesFor(path) : undefined
  const is_wide = control === 'code' || control === 'json' || control === 'prose'
  return (
    <Field
      id={fieldId(at)}
      label={label}
      hint={fieldHint(schema, value)}
      error={form.errorAt(at)}
      className={is_wide ? wide : ''}
    >
      {(shared) => {
        const all = { ...input, shared }
        if (names) return <NameChoice {...all} {...names} />
        switch (control) {
          case 'choice':
          case 'yes_no':
            return <Choice {...all} />
          case 'code':
            return <Code {...all} />
          case 'prose':
            return <Prose {...all} />
          case 'time':
            return <Time {...all} />
          case 'lines':
            return <Lines {...all} />
          case 'json':
            return <Json {...all} />
          default:
            return <Line {...all} />
        }
      }}
    </Field>
  )
}
