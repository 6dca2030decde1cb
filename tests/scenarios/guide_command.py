"""Prints the Nth bash block (from 1) under a heading of the guide, as it stands there.
usage: guide_command.py GUIDE HEADING N"""
import sys

path, heading, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
under, inside, block, blocks = False, False, [], []
for line in open(path, encoding="utf-8"):
    if not inside and line.startswith("#"):
        under = line.lstrip("#").strip() == heading
    elif line.startswith("```"):
        if inside and under:
            blocks.append("".join(block))
        inside = not inside and line.startswith("```bash")
        block = []
    elif inside:
        block.append(line)
if len(blocks) < number:
    sys.exit(f"{path}: {len(blocks)} blocks under {heading!r}")
sys.stdout.write(blocks[number - 1])
