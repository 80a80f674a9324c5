"""What `benchmark learning` found, in words."""

from collections.abc import Sequence

import numpy as np

LARGE = 0.5  # SD of healthy faces; the direction of larger effects has to come back
SURENESS = ("surely_right", "surely_wrong", "expected_wrong")


def in_words(results: Sequence[dict]) -> str:
    """Return a table for each profile, and what holds over those that constants were chosen on and over the others."""
    apart = [[row for row in results if row["held_out"] is held] for held in (False, True)]
    lines = (f"{name}. {summary(rows)}" for name, rows in zip(("Chosen on", "Held out"), apart, strict=True) if rows)
    return "\n\n".join((*map(table, results), *lines))


def summary(results: Sequence[dict]) -> str:
    """Return what holds over some profiles, as a line for each way to learn."""
    drawn_within = all(result["at_best"] is None for result in results)
    ways = {"undrawn" if drawn_within else "added up": [result["added_up"] for result in results], "drawn": results}
    people = ", ".join(sorted({f"{one['healthy']} healthy and {one['diseased']} drawn" for one in results}))
    lines = [f"{name + ':':10}{_over(scores)}" for name, scores in ways.items()]
    if not drawn_within:
        lines.append(f"{'at best:':10}{_over_best(results)}")
    return "\n".join((f"{len(results)} profiles, {people}.", *lines))


def _over_best(results: Sequence[dict]) -> str:
    right, ranks, held = (
        np.array([one["at_best"][name] for one in results]) for name in ("right", "spearman", "both_held")
    )
    return (
        f"with responses that held exactly, the people of these groups would leave {right.sum():.1f} directions right "
        f"and Spearman {ranks.mean():.2f}; all directions right and ranks of 0.8 in {held.mean():.0%} of profiles."
    )


def _over(scores: Sequence[dict]) -> str:
    names = ("right_direction", "large", "told", "false_signs")
    right, large, told, false = (sum(one[name] for one in scores) for name in names)
    sure, wrong, expected = (sum(one[name] for one in scores) for name in SURENESS)
    ranks, errors = ([one[name] for one in scores] for name in ("spearman", "error"))
    return (
        f"direction of {right} of {large} large effects is right ({expected:.1f} wrong ones expected by their doubts; "
        f"95 % intervals leave out the wrong direction of {sure}, the right one of {wrong}), "
        f"Spearman {np.mean(ranks):.2f} on average ({', '.join(f'{rank:.2f}' for rank in ranks)}), "
        f"error {np.mean(errors):.2f} SD; {told} of them are signs of the profiles, beside {false} false ones."
    )


def table(result: dict) -> str:
    """Return one profile's result as lines of text."""
    lines = [f"{'effects in SD of healthy faces':<30}{'drawn':>8}{'learned':>9}{'g':>7}  95 %"]
    for name, row in sorted(result["effects"].items(), key=lambda item: -abs(item[1]["drawn"])):
        mark = "*" if row["certain"] else " "
        span = f"{row['low']:+.2f} … {row['high']:+.2f}"
        lines.append(f"{mark} {name:<28}{row['drawn']:+8.2f}{row['learned']:+9.2f}{row['g']:+7.2f}  {span}")
    people = "other people" if result["other_people"] else "the same people"
    swapped = "refused" if result["swapped_refused"] else "NOT noticed"
    return "\n".join(
        [
            *lines,
            f"{result['profile']}: {result['healthy']} healthy, {result['diseased']} drawn ({people}).",
            f"Direction of {result['right_direction']} of {result['large']} effects over {LARGE} SD is right; "
            f"Spearman {result['spearman']:.2f} of these ({result['added_up']['spearman']:.2f} if signs added up), "
            f"{result['spearman_of_all']:.2f} of all measures.",
            f"{result['told']} of these are signs of the profile, beside {result['false_signs']} that were not drawn.",
            f"Swapped folders are {swapped}.",
            f"Not readable in single pictures: {', '.join(result['unread']) or 'none'}.",
        ]
    )
