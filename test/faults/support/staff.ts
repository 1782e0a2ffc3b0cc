/** Another member of staff, made as an administrator does it: with the command line. */
import { runProgram } from '../../support/program.ts'
import type { World } from './world.ts'

/** @returns email and password of the sign-in */
export const addStaff = async ({ env }: World, name: string): Promise<[email: string, password: string]> => {
  const email = `${name}@masakin.test`
  const program = runProgram(['staff', 'add', '--name', name, '--email', email, '--role', 'agent', '--json'], env)
  const code = await program.ended
  if (code !== 0) throw new Error(`staff add ended with ${code}: ${program.output()}`)
  const made: unknown = JSON.parse(program.output())
  if (typeof made !== 'object' || made === null || !('password' in made) || typeof made.password !== 'string')
    throw new Error('staff add says no password')
  return [email, made.password]
}
