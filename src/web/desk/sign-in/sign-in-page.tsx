import { IconAlertTriangle, IconEye, IconEyeOff, IconInfoCircle } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useId, useState } from 'react'
import { FieldError, Form, Input, Label, TextField } from 'react-aria-components'
import type { DeskSession, SignIn } from '../../../http/contract.ts'
import { call, codeOf } from '../lib/api.ts'
import { queries, sessionQuery } from '../lib/queries.ts'
import { refusalWords, useWords } from '../lib/words.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { signInRoute } from '../router.tsx'

const input =
  'min-h-11 w-full min-w-0 rounded-sm border border-control bg-surface px-3 text-body data-invalid:border-danger data-focused:border-primary'

export const SignInPage = () => {
  const { t, language, setLanguage } = useWords()
  const { back, why } = signInRoute.useSearch()
  const navigate = useNavigate()
  const { history } = useRouter()
  const [shown, setShown] = useState(false)
  const reason = useId()

  useEffect(() => {
    document.title = t('app.title', { page: t('sign-in.title') })
  }, [t])

  const signIn = useMutation({
    mutationFn: (body: SignIn) => call<DeskSession>('/session', { method: 'POST', body }),
    onSuccess: async (session) => {
      queries.clear()
      queries.setQueryData(sessionQuery.queryKey, session)
      if (back === undefined) await navigate({ to: '/', replace: true })
      else history.replace(`/desk${back}`)
    },
  })

  const words = (code: string) => {
    if (code === 'not-signed-in' || code === 'invalid-input') return t('sign-in.wrong')
    return code === 'too-many' ? t('sign-in.too-many') : refusalWords(t, code)
  }

  return (
    <main className="grid h-full overflow-y-auto p-4">
      <div className="m-auto w-full max-w-98">
        <div className="mb-6 flex items-center gap-3">
          <span
            aria-hidden="true"
            className="grid size-12 place-items-center rounded-lg bg-primary text-large font-semibold text-on-primary"
          >
            ص
          </span>
          <div>
            <p className="text-large leading-tight font-semibold">{t('app.name')}</p>
            <p className="text-fine text-text-2">{t('app.desk')}</p>
          </div>
        </div>
        <div className="rounded-lg border border-hairline bg-surface p-6">
          <h1 className="text-title">{t('sign-in.title')}</h1>
          <p className="mb-5 text-fine text-text-2">{t('sign-in.lead')}</p>
          {why !== undefined && signIn.isIdle && (
            <p role="status" className="mb-4 flex gap-2 rounded-sm bg-info-soft p-3 text-fine text-info">
              <IconInfoCircle size={18} stroke={1.75} className="mt-0.5 shrink-0" />
              {t(`sign-in.${why}`)}
            </p>
          )}
          <Form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              if (signIn.isPending) return
              const data = new FormData(event.currentTarget)
              signIn.mutate({ email: String(data.get('email')), password: String(data.get('password')) })
            }}
          >
            <TextField name="email" type="email" isRequired autoComplete="username" className="grid gap-1">
              <Label className="text-fine font-semibold">{t('sign-in.email')}</Label>
              <Input dir="ltr" className={input} spellCheck={false} />
              <FieldError className="text-small text-danger">{t('sign-in.empty')}</FieldError>
            </TextField>
            <TextField
              name="password"
              type={shown ? 'text' : 'password'}
              isRequired
              maxLength={128}
              autoComplete="current-password"
              className="grid gap-1"
              {...(signIn.isError ? { 'aria-describedby': reason } : {})}
            >
              <Label className="text-fine font-semibold">{t('sign-in.password')}</Label>
              <div dir="ltr" className="relative">
                <Input className={`${input} pe-12`} spellCheck={false} />
                <IconButton
                  label={t(shown ? 'sign-in.hide' : 'sign-in.show')}
                  onPress={() => setShown(!shown)}
                  className="absolute! end-0.5 top-0.5 size-10! text-text-3"
                >
                  {shown ? <IconEyeOff size={20} stroke={1.75} /> : <IconEye size={20} stroke={1.75} />}
                </IconButton>
              </div>
              <FieldError className="text-small text-danger">{t('sign-in.empty')}</FieldError>
            </TextField>
            {signIn.isError && (
              <p id={reason} role="alert" className="flex gap-2 rounded-sm bg-danger-soft p-3 text-fine text-danger">
                <IconAlertTriangle size={18} stroke={1.75} className="mt-0.5 shrink-0" />
                {words(codeOf(signIn.error))}
              </p>
            )}
            <Button type="submit" look="primary" className="mt-1 w-full" busy={signIn.isPending}>
              {t(signIn.isPending ? 'sign-in.busy' : 'sign-in.submit')}
            </Button>
          </Form>
        </div>
        <div className="mt-4 text-center">
          <Button look="quiet" onPress={() => setLanguage(language === 'ar' ? 'en' : 'ar')}>
            <span lang={language === 'ar' ? 'en' : 'ar'}>{t('app.language')}</span>
          </Button>
        </div>
      </div>
    </main>
  )
}
