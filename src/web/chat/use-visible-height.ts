import { useEffect } from 'react'

/** Keeps `--height` at what the keyboard of a phone leaves visible. */
export const useVisibleHeight = (): void => {
  useEffect(() => {
    const seen = window.visualViewport
    if (!seen) return
    const measure = () => {
      // A zoomed page keeps its layout: the visible part is then smaller for another reason.
      if (seen.scale > 1.01) return
      document.documentElement.style.setProperty('--height', `${seen.height}px`)
      if (seen.offsetTop > 0) window.scrollTo(0, 0)
    }
    measure()
    seen.addEventListener('resize', measure)
    return () => seen.removeEventListener('resize', measure)
  }, [])
}
