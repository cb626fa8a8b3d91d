"""How often the verdict is right: answers, judged against packs whose cause is known.

`inquest.packs.truth` is read by `judge` alone, after the verdict; what produces answers cannot reach it.
"""
