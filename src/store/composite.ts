/** Text of PostgreSQL arrays of composite values: `{"(a,,\"b c\")"}`. An empty place is null. */

export type Field = string | number | boolean | null | undefined

/** What may stand without quotes in a composite inside an array. */
const plain = /^[\w:.+/-]+$/

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** One element of the array. Ids, instants and words of closed lists pass as they are. */
export const composite = (fields: Field[]): string => {
  let text = '('
  for (let i = 0; i < fields.length; i += 1) {
    const field = fields[i]
    if (i > 0) text += ','
    if (field === null || field === undefined) continue
    if (typeof field === 'string') text += plain.test(field) ? field : escapeForArray(quote(field))
    else text += field === true ? 't' : field === false ? 'f' : field
  }
  return `"${text})"`
}

const escapeForArray = (text: string): string => text.replace(/["\\]/g, '\\$&')

export const compositeArray = (elements: string[]): string => `{${elements.join(',')}}`
