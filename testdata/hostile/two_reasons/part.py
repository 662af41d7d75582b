def part(:
