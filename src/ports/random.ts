/** Chance enters here and nowhere else. */
export interface Random {
  /** UUID version 7: sorts by time, never less than the one before from the same process. */
  uuid(): string
}
