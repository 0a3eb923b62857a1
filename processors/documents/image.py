"""Pictures: upright, in grey, of a size that recognition reads well; their words with boxes on the picture as it is shown."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from core.document import DOUBTFUL, Box, Page, Unread
from core.recognition import Ocr, Recognised
from processors.documents.layout import Piece, clean, lay_out
from processors.documents.limits import Budget

_FORMATS = ("JPEG", "MPO", "PNG", "TIFF", "WEBP", "GIF", "BMP", "HEIF")
#: The longer side that a picture is scaled to for recognition when it is smaller or larger, in pixels.
_SMALL, _LARGE = 2400, 3200
_MOST_SCALE = 3.0
#: Words below this confidence are noise of the paper, unless they are figures.
_NOISE = 0.25
#: Degrees that a photo is straightened by at most, in steps of half a degree; less is left to the recogniser.
_TILT, _LEAST_TILT = 6.0, 1.0
#: Fewer words than this on a page that is doubtful: it may lie on its side.
_FEW = 4
#: The noise of compression is softened by so many points before a small picture is scaled up.
_SOFT = 0.6
#: From so many steps of light (of 255) between the brightest and the darkest paper on, a shadow lies on it.
_SHADOW = 40


def open_image(content: bytes, budget: Budget) -> Any:
    """A Pillow picture whose size was looked at before anything of it is decoded. Raises Unread."""
    import warnings

    # These formats and no others: Pillow knows fifty, each a parser that a hostile file may choose.
    from PIL import (  # noqa: F401
        BmpImagePlugin,
        GifImagePlugin,
        Image,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        UnidentifiedImageError,
        WebPImagePlugin,
    )

    Image.MAX_IMAGE_PIXELS = None  # we look ourselves, and say it in words
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"heim", b"heis", b"avif"):
        try:
            import pillow_heif
        except ImportError:
            raise Unread("no-heic") from None
        pillow_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=[f for f in _FORMATS if f in Image.OPEN])
    except UnidentifiedImageError:
        raise Unread("broken", "ce n'est pas une image lisible") from None
    except (OSError, ValueError, SyntaxError, struct.error, IndexError, OverflowError) as error:
        raise Unread("broken", type(error).__name__) from None
    width, height = image.size
    if width * height > budget.limits.pixels:
        raise Unread("bomb", f"{width} × {height} points")
    return image


def upright(image: Any) -> Any:
    """The picture as it was taken, decoded. Raises Unread."""
    from PIL import ImageOps

    try:
        if image.format == "JPEG":
            image.draft(None, (_LARGE, _LARGE))
        image.load()
        return ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception as error:  # a cut or lying file makes decoders raise anything
        raise Unread("broken", "l'image est coupée" if isinstance(error, OSError) else type(error).__name__) from None


def read_images(content: bytes, budget: Budget, ocr: Ocr | None) -> Iterator[tuple[Page, int]]:
    """The pages of a picture (a TIFF may have many), each with how many there are. Raises Unread, also after some of them."""
    image = open_image(content, budget)
    if ocr is None:
        raise Unread("no-ocr")
    total = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    for number in range(min(total, budget.limits.recognised)):
        if number:
            image = open_image(content, budget)
            try:
                image.seek(number)
            except Exception:  # as above: a broken page of a fax
                raise Unread("broken", f"page {number + 1}") from None
            if image.size[0] * image.size[1] > budget.limits.pixels:
                raise Unread("bomb", f"page {number + 1}")
        shown = upright(image)
        yield recognised(shown, number + 1, ocr, shown.size), total
        if budget.over and number + 1 < total:
            raise Unread("too-many-pages", f"{number + 1} pages sur {total}, le temps est écoulé")
    if total > budget.limits.recognised:
        raise Unread("too-many-pages", f"{budget.limits.recognised} pages sur {total}")


def recognised(image: Any, number: int, ocr: Ocr, size: tuple[float, float]) -> Page:
    """The page of a picture: prepared, its words recognised, turned when it lay on its side."""
    grey = prepared(image)
    tilt = skew(grey)
    straight = grey.rotate(-tilt, expand=False, fillcolor=255, resample=2) if tilt else grey
    words = ocr.recognise(_png(straight))
    turn = 0
    if mean(words) < DOUBTFUL or len(words) < _FEW:
        for degrees in _turns(grey, ocr):
            turned = grey.rotate(-degrees, expand=True)
            again = ocr.recognise(_png(turned))
            if _weight(again) > _weight(words):
                straight, words, tilt, turn = turned, again, 0.0, degrees
        grey = straight
    width, height = grey.size
    pieces = [
        Piece(text, word.box, word.confidence)
        for word in words
        if (text := clean(word.text).strip()) and (word.confidence >= _NOISE or any(c.isdigit() for c in text))
    ]
    text, places = lay_out(pieces, width, height)
    if tilt:
        places = [place._replace(box=_back(place.box, tilt, width, height)) for place in places if place.box is not None]
    shown = (size[1], size[0]) if turn in (90, 270) else size
    return Page(number, text, tuple(places), "ocr", "", round(mean(words), 2), float(shown[0]), float(shown[1]), turn)


def _turns(grey: Any, ocr: Ocr) -> tuple[int, ...]:
    """By how much a picture may have to be turned: what the recogniser says, else what the direction of its lines allows."""
    told = ocr.turned(_png(grey))
    if told:
        return (told,)
    from PIL import Image, ImageOps

    small = grey.copy()
    small.thumbnail((500, 500))
    ink = ImageOps.invert(small)
    rows = _contrast(ink.resize((1, ink.height), Image.Resampling.BOX).tobytes())
    columns = _contrast(ink.resize((ink.width, 1), Image.Resampling.BOX).tobytes())
    return (90, 270) if columns > 2 * rows else ()


def _contrast(line: bytes) -> float:
    average = sum(line) / len(line)
    return sum((value - average) ** 2 for value in line) / len(line)


def _weight(words: Sequence[Recognised]) -> float:
    return mean(words) * sum(len(word.text) for word in words)


def mean(words: Sequence[Recognised]) -> float:
    """The confidence over all words, long ones counting more; 0 for none."""
    letters = sum(len(w.text) for w in words)
    return sum(w.confidence * len(w.text) for w in words) / letters if letters else 0.0


def prepared(image: Any) -> Any:
    """Grey, the whole range of light, dark on light, of a size that recognition reads well."""
    from PIL import Image, ImageFilter, ImageOps

    if image.mode in ("RGBA", "LA", "PA", "P"):
        # What is transparent is paper.
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, rgba)
    grey = image.convert("L") if image.mode not in ("I;16", "I") else image.point(lambda v: v / 256).convert("L")
    grey = _evenly_lit(grey)
    longer = max(grey.size)
    if longer < _SMALL:
        grey = grey.filter(ImageFilter.GaussianBlur(_SOFT))
    if longer < _SMALL or longer > _LARGE:
        scale = min(_MOST_SCALE, (_SMALL if longer < _SMALL else _LARGE) / longer)
        grey = grey.resize((max(1, round(grey.width * scale)), max(1, round(grey.height * scale))), Image.Resampling.LANCZOS)
    # Only light is cut off: on a page with few words the ink itself is less than a hundredth of it.
    return ImageOps.autocontrast(grey, cutoff=(0, 1))


def _evenly_lit(grey: Any) -> Any:
    """Dark on light, the paper everywhere as bright: a shadow over half of a page hides what stands there."""
    from PIL import Image, ImageChops, ImageFilter, ImageOps

    histogram = grey.histogram()
    if sum(histogram[:96]) > 2 * sum(histogram[160:]):  # a dark screen, photographed
        grey = ImageOps.invert(grey)
    few = (max(1, grey.width // 8), max(1, grey.height // 8))
    paper = grey.resize(few, Image.Resampling.BOX).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(6))
    darkest, brightest = paper.getextrema()
    if brightest - darkest < _SHADOW:
        return grey
    return ImageChops.invert(ImageChops.subtract(paper.resize(grey.size, Image.Resampling.BILINEAR), grey))


def skew(grey: Any) -> float:
    """By how many degrees (counter-clockwise positive) the lines of writing rise; 0 when that cannot be told or is little.

    Lines that lie straight make rows of the picture either dark or light: the angle with the greatest contrast between rows.
    """
    from PIL import Image, ImageOps

    small = grey.copy()
    small.thumbnail((500, 500))
    ink = ImageOps.invert(small)

    def contrast(angle: float) -> float:
        turned = ink.rotate(-angle, resample=Image.Resampling.BILINEAR)
        return _contrast(turned.resize((1, ink.height), Image.Resampling.BOX).tobytes())

    angles = [step / 2 for step in range(int(-2 * _TILT), int(2 * _TILT) + 1)]
    best = max(angles, key=contrast)
    return best if abs(best) >= _LEAST_TILT and contrast(best) > 1.15 * contrast(0.0) else 0.0


def _back(box: Box, tilt: float, width: int, height: int) -> Box:
    """A box (fractions) of the straightened picture on the picture as it is shown."""
    box = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    sine, cosine = math.sin(math.radians(tilt)), math.cos(math.radians(tilt))
    middle, centre = width / 2, height / 2
    across, down = (box[0] + box[2]) / 2 - middle, (box[1] + box[3]) / 2 - centre
    # Straightening turned by -tilt: turned back, on axes that point down.
    x, y = middle + across * cosine + down * sine, centre - across * sine + down * cosine
    half, tall = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    left, top, right, bottom = ((x - half) / width, (y - tall) / height, (x + half) / width, (y + tall) / height)
    return round(max(0.0, left), 4), round(max(0.0, top), 4), round(min(1.0, right), 4), round(min(1.0, bottom), 4)


def _png(image: Any) -> bytes:
    out = io.BytesIO()
    # PGM: no time is spent on packing what goes over a pipe.
    image.save(out, "PPM")
    return out.getvalue()


def picture(content: bytes, budget: Budget, number: int = 1, turn: int = 0, longest: int = 1400) -> bytes:
    """A JPEG for people to look at, upright, whatever format it came in. Raises Unread."""
    image = open_image(content, budget)
    if number > 1:
        try:
            image.seek(number - 1)
        except Exception:  # no such page
            raise Unread("missing") from None
    shown = upright(image)
    shown.thumbnail((longest, longest))
    if turn:
        shown = shown.rotate(-turn, expand=True)
    out = io.BytesIO()
    if shown.mode in ("RGBA", "LA", "PA", "P"):
        from PIL import Image

        rgba = shown.convert("RGBA")
        shown = Image.alpha_composite(Image.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba)
    shown.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()
