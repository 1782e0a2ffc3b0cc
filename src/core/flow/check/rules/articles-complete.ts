import type { Finding, Rule } from '../rule.ts'
import { languages } from '../texts.ts'

const fewestQuestions = 10

export const articlesComplete: Rule = {
  id: 'articles-complete',
  about:
    'An article answers in both languages, begins its questions with its title, and is asked for in ten ways of which two are English.',
  check: ({ release }) => {
    const found: Finding[] = []
    const askedBy = new Map<string, string>()
    for (const { id, title, questions, answer } of release.articles.values()) {
      const tell = (message: string) => found.push({ ...release.placeOf('article', id), message: `${id}: ${message}` })
      for (const language of languages) if (answer[language] === '') tell(`no answer in ${language}`)
      if (questions[0] !== title.ar) tell('the first question is not its title')
      if (questions.length < fewestQuestions) tell(`${questions.length} questions, at least ${fewestQuestions}`)
      if (questions.filter((question) => /^[A-Za-z]/.test(question)).length < 2) tell('fewer than two questions in English')
      for (const question of questions) {
        const other = askedBy.get(question)
        if (other) tell(`«${question}» also asks for ${other}`)
        askedBy.set(question, id)
      }
    }
    return found
  },
}
