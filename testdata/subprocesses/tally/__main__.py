import sys

from tally.sums import total

print(total(sys.argv[1:]))
