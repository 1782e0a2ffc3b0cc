import type { Issue } from './issue.ts'
import type { Subject } from './subject.ts'

/** A finding before it knows its rule. */
export type Finding = Omit<Issue, 'rule' | 'level'> & { level?: Issue['level'] }

export interface Rule {
  id: string
  /** What it proves, in one line. */
  about: string
  check(subject: Subject): Finding[]
}
