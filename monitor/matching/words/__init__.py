"""Lists of words that the matcher knows. All written for this project, by hand; folded spelling."""


def listed(*lines: str) -> frozenset[str]:
    """Return the words of lines in which blanks separate them."""
    return frozenset(word for line in lines for word in line.split())
