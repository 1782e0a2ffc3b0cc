/** Numbers in words, Arabic (written and Saudi spoken) and English. */
import { normalise } from './normalise.ts'

const units: Record<number, string> = {
  0: 'صفر zero',
  1: 'واحد وحده واحده one',
  2: 'اثنين اثنان اثنتين اثنتان ثنين ثنتين اتنين تنتين اثنيين two',
  3: 'ثلاثة ثلاث ثلاثه تلاتة تلات ثلاثا three',
  4: 'أربعة أربع اربعا four',
  5: 'خمسة خمس five',
  6: 'ستة ست six',
  7: 'سبعة سبع seven',
  8: 'ثمانية ثمان ثماني ثمنية تمانية تمنية ثمانيه eight',
  9: 'تسعة تسع nine',
  10: 'عشرة عشر ten',
  11: 'احدعش احداعش حداشر احدعشر ايداعش eleven',
  12: 'اثنعش اطنعش اثناعش اطناعش اتناشر اثنعشر twelve',
  13: 'ثلطعش ثلاثطعش ثلاثتعش تلتاشر ثلثطعش ثلاثطعشر thirteen',
  14: 'اربعطعش اربعتعش اربعتاشر اربعطعشر fourteen',
  15: 'خمسطعش خمستعش خمستاشر خمسطعشر fifteen',
  16: 'ستطعش سطعش ستاشر سطعشر ستطعشر sixteen',
  17: 'سبعطعش سبعتعش سبعتاشر سبعطعشر seventeen',
  18: 'ثمنطعش ثمانطعش تمنتاشر ثمنطعشر eighteen',
  19: 'تسعطعش تسعتعش تسعتاشر تسعطعشر nineteen',
  20: 'عشرين عشرون twenty',
  30: 'ثلاثين ثلاثون تلاتين thirty',
  40: 'أربعين أربعون forty',
  50: 'خمسين خمسون fifty',
  60: 'ستين ستون sixty',
  70: 'سبعين سبعون seventy',
  80: 'ثمانين ثمانون تمانين eighty',
  90: 'تسعين تسعون ninety',
  200: 'ميتين مئتين مئتان مائتين مائتان ميتان',
  300: 'ثلاثمئة ثلاثمائة ثلثمية ثلاثمية ثلثميه',
  400: 'أربعمئة أربعمائة اربعمية ربعمية',
  500: 'خمسمئة خمسمائة خمسمية خمس-مية',
  600: 'ستمئة ستمائة ستمية',
  700: 'سبعمئة سبعمائة سبعمية',
  800: 'ثمانمئة ثمانمائة ثمانمية ثمنمية',
  900: 'تسعمئة تسعمائة تسعمية',
  2000: 'ألفين ألفان',
}
const multipliers: Record<number, string> = {
  100: 'مئة مائة مية ميه hundred',
  1000: 'ألف آلاف الوف thousand k',
  1000000: 'مليون million',
}

const tableOf = (lists: Record<number, string>): ReadonlyMap<string, number> =>
  new Map(Object.entries(lists).flatMap(([value, words]) => words.split(' ').map((word) => [normalise(word), Number(value)] as const)))

/** Normalised word → its value. */
export const numberWords = tableOf(units)
/** Normalised word → what it multiplies by. */
export const multiplierWords = tableOf(multipliers)
