import { useRef } from 'react'

/**
 * Keeps a list still while someone points at it: a row that moves under the pointer opens the wrong
 * conversation. What is new then stands at the end, and takes its place when the pointer has left.
 */
export const useSteadyOrder = <T extends { id: string }>(rows: T[], held: boolean): { rows: T[]; moved: boolean } => {
  const shown = useRef<string[]>([])
  const order = rows.map((row) => row.id)
  if (!held) {
    shown.current = order
    return { rows, moved: false }
  }
  const places = new Map(shown.current.map((id, place) => [id, place]))
  const place = (row: T) => places.get(row.id) ?? places.size
  const steady = [...rows].sort((a, b) => place(a) - place(b))
  return { rows: steady, moved: steady.some((row, index) => row.id !== order[index]) }
}
