"""Speed as ratios to a floor measured beside it: seconds say more about the machine than about us.

    make bench                                        every module, sized for a few minutes
    make bench BENCH=ingest                           one of them
    make bench BENCH="ingest export --records 1000000 --rounds 3"    the full size

A module here is a bench: `main(argv)` reads its options with `timing.options`, checks that every
contender gives the same content, then measures with `timing.compare` and prints with
`timing.report`. In every ratio more is better: 0.5 is half as fast, or twice as big, as the floor.
"""
