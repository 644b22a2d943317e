"""What may come over a file: a byte flipped, a tail cut, two lines swapped."""

from hypothesis import strategies as st


def flipped(content: bytes, place: int, mask: int) -> bytes:
    """Return a file with one byte changed."""
    return content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw a file that is not `content` any more."""
    how = draw(st.sampled_from(("flip", "cut", "swap", "insert", "remove")))
    place = draw(st.integers(0, len(content) - 1))
    if how == "flip":
        return flipped(content, place, draw(st.integers(1, 255)))
    if how == "cut":
        return content[:place]
    if how == "insert":
        return content[:place] + draw(st.sampled_from((b" ", b"\n", b"0", b"A"))) + content[place:]
    if how == "remove":
        return content[:place] + content[place + 1 :]
    return _swapped(draw, content)


def _swapped(draw: st.DrawFn, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content[::-1]
    one = draw(st.integers(0, len(lines) - 2))
    other = draw(st.integers(one + 1, len(lines) - 1))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)
