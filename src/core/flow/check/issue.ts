/** What a rule found. `error` keeps a release from being used; a `warning` is work for the association. */
export interface Issue {
  /** Id of the rule. */
  rule: string
  level: 'error' | 'warning'
  /** Path below the content root, as an editor opens it. */
  file: string
  /** From 1. */
  line?: number
  message: string
}
