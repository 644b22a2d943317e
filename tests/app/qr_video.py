"""A film of a QR code, for a browser that takes it for what its camera sees."""

from pathlib import Path

import segno

WIDTH, HEIGHT = 640, 480
PER_MODULE = 8
QUIET_MODULES = 4
FRAMES = 2
BLACK, WHITE, GREY = b"\x10", b"\xeb", b"\x80"


def film(path: Path, text: str) -> None:
    """Write frames of 4:2:0 video in which a QR code with `text` stands still."""
    code = segno.make(text, micro=False, error="m")
    luma = _framed([list(row) for row in code.matrix_iter(scale=PER_MODULE, border=QUIET_MODULES)])
    frame = b"FRAME\n" + luma + GREY * (WIDTH * HEIGHT // 2)
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(header + frame * FRAMES)


def _framed(rows: list[list[int]]) -> bytes:
    left, top = (WIDTH - len(rows[0])) // 2, (HEIGHT - len(rows)) // 2
    assert left >= 0
    assert top >= 0
    blank = WHITE * WIDTH
    drawn = [
        WHITE * left
        + b"".join(BLACK if one else WHITE for one in row)
        + WHITE * (WIDTH - left - len(row))
        for row in rows
    ]
    return b"".join([blank] * top + drawn + [blank] * (HEIGHT - top - len(rows)))
