"""What a column of text holds: numbers, dates, times of day, words or ids, and which of its cells hold nothing.

`read_values` reads a whole column, since a single cell does not say what it is: `3,52` is three and a half beside
`12,5`, and `03/04/2020` is a day in April only where another cell has a day above twelve.
"""

from biasaudit.images.values.reading import read_values
from biasaudit.images.values.record import LEAST_PER_LEVEL, MOST_LEVELS, NUMBERS, Part, Values, are_an_id, distinct

__all__ = ["LEAST_PER_LEVEL", "MOST_LEVELS", "NUMBERS", "Part", "Values", "are_an_id", "distinct", "read_values"]
