import { answered, type ExpectSpec, failed, noOptions, noParams } from './spec.ts'

/** One or more files; those of one burst belong together. */
export const document: ExpectSpec<'document'> = {
  about: 'Photos or PDF files, at most `max`.',
  layout: 'list',
  free: false,
  options: noOptions,
  params: noParams,
  read: () => failed('none'),
  readMedia: (_context, _frame, node, contents) => {
    if (node.expect.kind !== 'document') return { kind: 'none' }
    const files = contents.flatMap((content) => (content.kind === 'image' || content.kind === 'document' ? [content.file] : []))
    const kept = files.flatMap(({ id }) => (id === null ? [] : [id]))
    if (kept.length > 0) return answered({ kind: 'files', files: kept.slice(0, node.expect.max) })
    const problem = files[0]?.problem
    return problem ? { kind: 'failed', reason: `file.${problem}`, params: {} } : { kind: 'none' }
  },
}
