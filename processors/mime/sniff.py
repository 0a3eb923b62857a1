"""What a file is: by content first, by name second, by declaration last.

Own table rather than a library: what counts here are 3D formats and phone photographs, which the light libraries
(filetype, puremagic) know badly, and a handful of office formats. Sources: the formats' specifications.
"""

from __future__ import annotations

import re

from core.message import Family
from processors.mime.zipped import Listing, listing

Kind = tuple[str, Family]

_DOCX = "application/vnd.openxmlformats-officedocument."
#: extension -> (MIME type, family). The first extension of a type is the one given to files without a name.
EXTENSIONS: dict[str, Kind] = {
    "glb": ("model/gltf-binary", "model3d"), "gltf": ("model/gltf+json", "model3d"), "obj": ("model/obj", "model3d"),
    "mtl": ("model/mtl", "model3d"), "fbx": ("application/vnd.autodesk.fbx", "model3d"), "usdz": ("model/vnd.usdz+zip",
    "model3d"),
    "usd": ("model/vnd.usd", "model3d"), "usda": ("model/vnd.usda", "model3d"), "usdc": ("model/vnd.usd", "model3d"),
    "reality": ("model/vnd.reality", "model3d"), "stl": ("model/stl", "model3d"), "ply": ("model/ply", "model3d"),
    "3mf": ("model/3mf", "model3d"), "step": ("model/step", "model3d"), "stp": ("model/step", "model3d"),
    "iges": ("model/iges", "model3d"),
    "igs": ("model/iges", "model3d"), "blend": ("application/x-blender", "model3d"), "dae": ("model/vnd.collada+xml",
    "model3d"),
    "3ds": ("application/x-3ds", "model3d"), "max": ("application/x-3dsmax", "model3d"), "3dm": ("model/vnd.3dm",
    "model3d"),
    "skp": ("application/vnd.sketchup.skp", "model3d"), "c4d": ("application/x-cinema4d", "model3d"),
    "ma": ("application/x-maya", "model3d"),
    "mb": ("application/x-maya", "model3d"), "ztl": ("application/x-zbrush", "model3d"),
    "abc": ("application/x-alembic", "model3d"),
    "wrl": ("model/vrml", "model3d"), "x3d": ("model/x3d+xml", "model3d"), "dwg": ("image/vnd.dwg", "model3d"),
    "dxf": ("image/vnd.dxf", "model3d"),
    "sldprt": ("application/x-solidworks", "model3d"), "sldasm": ("application/x-solidworks", "model3d"),
    "ifc": ("application/x-step", "model3d"),
    "rvt": ("application/x-revit", "model3d"), "f3d": ("application/x-fusion360", "model3d"),
    "x_t": ("model/vnd.parasolid.transmit.text", "model3d"),
    "jpg": ("image/jpeg", "image"), "jpeg": ("image/jpeg", "image"), "jfif": ("image/jpeg", "image"),
    "png": ("image/png", "image"),
    "gif": ("image/gif", "image"), "webp": ("image/webp", "image"), "tif": ("image/tiff", "image"),
    "tiff": ("image/tiff", "image"),
    "bmp": ("image/bmp", "image"), "heic": ("image/heic", "image"), "heif": ("image/heif", "image"),
    "avif": ("image/avif", "image"),
    "svg": ("image/svg+xml", "image"), "ico": ("image/x-icon", "image"), "psd": ("image/vnd.adobe.photoshop", "image"),
    "dng": ("image/x-adobe-dng", "image"), "cr2": ("image/x-canon-cr2", "image"), "nef": ("image/x-nikon-nef",
    "image"), "ai": ("application/postscript", "image"),
    "eps": ("application/postscript", "image"), "wmf": ("image/wmf", "image"), "emf": ("image/emf", "image"),
    "jp2": ("image/jp2", "image"),
    "pdf": ("application/pdf", "pdf"),
    "doc": ("application/msword", "document"), "docx": (_DOCX + "wordprocessingml.document", "document"),
    "rtf": ("application/rtf", "document"),
    "odt": ("application/vnd.oasis.opendocument.text", "document"), "pages": ("application/vnd.apple.pages",
    "document"), "docm": ("application/vnd.ms-word.document.macroenabled.12", "document"),
    "xls": ("application/vnd.ms-excel", "spreadsheet"), "xlsx": (_DOCX + "spreadsheetml.sheet", "spreadsheet"),
    "xlsm": ("application/vnd.ms-excel.sheet.macroenabled.12", "spreadsheet"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", "spreadsheet"), "csv": ("text/csv", "spreadsheet"),
    "tsv": ("text/tab-separated-values", "spreadsheet"),
    "numbers": ("application/vnd.apple.numbers", "spreadsheet"),
    "ppt": ("application/vnd.ms-powerpoint", "presentation"), "pptx": (_DOCX + "presentationml.presentation",
    "presentation"),
    "odp": ("application/vnd.oasis.opendocument.presentation", "presentation"),
    "key": ("application/vnd.apple.keynote", "presentation"),
    "zip": ("application/zip", "archive"), "rar": ("application/vnd.rar", "archive"),
    "7z": ("application/x-7z-compressed", "archive"),
    "gz": ("application/gzip", "archive"), "tgz": ("application/gzip", "archive"), "tar": ("application/x-tar",
    "archive"), "bz2": ("application/x-bzip2", "archive"),
    "xz": ("application/x-xz", "archive"), "zst": ("application/zstd", "archive"),
    "mp3": ("audio/mpeg", "audio"), "ogg": ("audio/ogg", "audio"), "oga": ("audio/ogg", "audio"), "opus": ("audio/ogg",
    "audio"), "m4a": ("audio/mp4", "audio"),
    "aac": ("audio/aac", "audio"), "amr": ("audio/amr", "audio"), "wav": ("audio/wav", "audio"), "flac": ("audio/flac",
    "audio"), "wma": ("audio/x-ms-wma", "audio"), "caf": ("audio/x-caf", "audio"),
    "mp4": ("video/mp4", "video"), "mov": ("video/quicktime", "video"), "m4v": ("video/x-m4v", "video"),
    "avi": ("video/x-msvideo", "video"), "webm": ("video/webm", "video"),
    "mkv": ("video/x-matroska", "video"), "3gp": ("video/3gpp", "video"), "wmv": ("video/x-ms-wmv", "video"),
    "mpg": ("video/mpeg", "video"), "mpeg": ("video/mpeg", "video"),
    "eml": ("message/rfc822", "message"), "msg": ("application/vnd.ms-outlook", "message"),
    "ics": ("text/calendar", "calendar"), "vcs": ("text/x-vcalendar", "calendar"), "vcf": ("text/vcard", "contact"),
    "p7s": ("application/pkcs7-signature", "signature"), "p7m": ("application/pkcs7-mime", "signature"),
    "asc": ("application/pgp-signature", "signature"), "sig": ("application/pgp-signature", "signature"),
    "exe": ("application/x-msdownload", "executable"), "dll": ("application/x-msdownload", "executable"),
    "scr": ("application/x-msdownload", "executable"), "pif": ("application/x-msdownload", "executable"),
    "com": ("application/x-msdownload", "executable"), "msi": ("application/x-msi", "executable"),
    "bat": ("application/x-bat", "executable"), "cmd": ("application/x-bat", "executable"),
    "ps1": ("application/x-powershell", "executable"), "vbs": ("text/vbscript", "executable"), "vbe": ("text/vbscript",
    "executable"), "js": ("text/javascript", "executable"), "jse": ("text/javascript", "executable"),
    "wsf": ("application/x-wsf", "executable"), "hta": ("application/hta", "executable"),
    "jar": ("application/java-archive", "executable"), "apk": ("application/vnd.android.package-archive", "executable"),
    "lnk": ("application/x-ms-shortcut", "executable"), "sh": ("application/x-sh", "executable"),
    "dmg": ("application/x-apple-diskimage", "executable"), "iso": ("application/x-iso9660-image", "archive"),
    "txt": ("text/plain", "text"), "log": ("text/plain", "text"), "md": ("text/markdown", "text"),
    "html": ("text/html", "text"), "htm": ("text/html", "text"),
    "xml": ("application/xml", "text"), "json": ("application/json", "text"), "yaml": ("application/yaml", "text"),
    "yml": ("application/yaml", "text"),
    "patch": ("text/x-patch", "text"), "diff": ("text/x-patch", "text"),
}  # fmt: skip

#: Fixed signatures at the start of the content.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"glTF", "glb"), (b"Kaydara FBX Binary", "fbx"), (b"; FBX ", "fbx"), (b"PXR-USDC", "usdc"), (b"#usda ", "usda"),
    (b"ISO-10303-21;", "step"),
    (b"BLENDER", "blend"), (b"3D Geometry File Format", "3dm"), (b"\xff\xfe\xff\x0eS\0k\0e\0t\0c\0h\0U\0p", "skp"),
    (b"QC4DC4D", "c4d"),
    (b"#VRML V", "wrl"), (b"//Maya ASCII", "ma"), (b"Ogawa", "abc"), (b"AC10", "dwg"), (b"ply\n", "ply"), (b"ply\r",
    "ply"),
    (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"), (b"GIF89a", "gif"), (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"8BPS", "psd"), (b"\0\0\0\x0cjP  ", "jp2"), (b"\x00\x00\x01\x00", "ico"), (b"\xd7\xcd\xc6\x9a", "wmf"),
    (b"%PDF-", "pdf"), (b"{\\rtf", "rtf"), (b"%!PS", "eps"),
    (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0",
    "xz"), (b"\x28\xb5\x2f\xfd", "zst"),
    (b"OggS", "ogg"), (b"ID3", "mp3"), (b"#!AMR", "amr"), (b"fLaC", "flac"), (b"caff\0", "caf"), (b"\x1aE\xdf\xa3",
    "mkv"),
    (b"BEGIN:VCALENDAR", "ics"), (b"BEGIN:VCARD", "vcf"), (b"-----BEGIN PGP SIGNATURE", "asc"),
    (b"\x7fELF", "elf"), (b"L\0\0\0\x01\x14\x02\0", "lnk"), (b"\xcf\xfa\xed\xfe", "macho"), (b"\xce\xfa\xed\xfe",
    "macho"), (b"#!/", "sh"),
)  # fmt: skip
_MORE: dict[str, Kind] = {
    "elf": ("application/x-elf", "executable"),
    "macho": ("application/x-mach-binary", "executable"),
}
_HEIF = {
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"hevc": "heic",
    b"hevx": "heic",
    b"mif1": "heif",
    b"msf1": "heif",
    b"avif": "avif",
    b"avis": "avif",
}
_OLE = (
    ("W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0", "doc"), ("W\0o\0r\0k\0b\0o\0o\0k\0", "xls"),
    ("P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0", "ppt"),
    ("_\0_\0s\0u\0b\0s\0t\0g\0001\0.\0", "msg"),
)  # fmt: skip
_OBJ = re.compile(rb"^v[ \t]+-?\d[\d.eE+-]*[ \t]+-?\d[\d.eE+-]*[ \t]+-?\d", re.MULTILINE)
_OBJ_MORE = re.compile(rb"^(?:f[ \t]+-?\d|vn[ \t]+-?[\d.]|vt[ \t]+-?[\d.]|mtllib |usemtl |o |g )", re.MULTILINE)
_MAIL = re.compile(
    rb"(?:(?:Received|Return-Path|From|To|Date|Subject|Message-ID|MIME-Version|Delivered-To|X-[A-Za-z-]+):[^\n]*\n"
    rb"(?:[ \t][^\n]*\n){0,50}){3}",
    re.IGNORECASE,
)
#: Containers and plain texts whose name tells more than their bytes.
_GENERIC = frozenset({"zip", "xml", "gz", "txt", "json", "ole", "tif", "ogg", "mp4", "sh", "html"})
_REFINES = {
    "zip": frozenset(["docx", "docm", "xlsx", "xlsm", "pptx", "odt", "ods", "odp", "pages", "numbers", "key", "usdz",
    "3mf", "jar", "apk", "f3d", "reality"]),
    "ole": frozenset(["doc", "xls", "ppt", "msg", "msi", "max", "sldprt", "sldasm", "rvt"]),
    "tif": frozenset(["dng", "cr2", "nef", "tiff"]), "ogg": frozenset(("opus", "oga")), "mp4": frozenset(("m4v", "m4a",
    "mov", "3gp")),
    "xml": frozenset(["svg", "dae", "x3d", "html", "htm"]), "gz": frozenset(("tgz", "blend", "dwg")),
    "json": frozenset(("gltf",)),
}  # fmt: skip

#: Extensions that make a zip a 3D file. Fewer than EXTENSIONS has: short ones that mean other things too (.ma, .abc), and a
#: material without its shape (.mtl), do not decide what a whole archive is.
_SHAPES = frozenset(("obj", "fbx", "glb", "gltf", "stl", "ply", "dae", "3ds", "blend", "step", "stp", "skp", "3dm", "c4d", "max",
    "usdz", "usd", "usda", "usdc", "3mf", "iges", "igs"))  # fmt: skip
_PICTURES = frozenset(extension for extension, (_, family) in EXTENSIONS.items() if family == "image")


def extension_of(name: str) -> str:
    """The lower-case extension of a file name, without its dot."""
    base, dot, extension = name.strip().rpartition(".")
    return extension.strip().lower() if dot and base else ""


def identify(content: bytes, name: str, declared: str) -> Kind:
    """(MIME type, family) of a file. A plain zip keeps its type; its family is that of what it holds."""
    found = _by_content(content)
    extension = extension_of(name)
    if found and extension != found:
        refining = _REFINES.get(found)
        if refining is not None and extension in refining:
            return EXTENSIONS[extension]
    if found == "ole":
        return EXTENSIONS.get(extension, ("application/x-ole-storage", "document"))
    if found == "mtl-or-obj":
        return EXTENSIONS["obj"]
    if found == "zip":
        return EXTENSIONS["zip"][0], _held(listing(content))
    if found:
        return _MORE.get(found) or EXTENSIONS[found]
    if extension in EXTENSIONS and not (extension in ("key", "com", "max", "ma", "mb", "ai", "abc") and _is_specific(declared)):
        kind = EXTENSIONS[extension]
        if extension in ("asc", "sig") and declared not in ("", "application/octet-stream", "text/plain"):
            return declared, family_of(declared)
        return kind
    kind_declared = declared if re.fullmatch(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}", declared) else ""
    if kind_declared == "image/jpg":
        kind_declared = "image/jpeg"
    return kind_declared or "application/octet-stream", family_of(kind_declared)


def _is_specific(declared: str) -> bool:
    return declared not in ("", "application/octet-stream", "application/x-unknown")


def family_of(media_type: str) -> Family:
    """The family of a MIME type alone."""
    for kind, family in EXTENSIONS.values():
        if kind == media_type:
            return family
    major, _, minor = media_type.partition("/")
    if "signature" in minor or minor in ("pkcs7-mime", "x-pkcs7-mime"):
        return "signature"
    if minor in ("calendar", "x-vcalendar"):
        return "calendar"
    if "vcard" in minor or minor == "directory":
        return "contact"
    if minor in ("zip", "x-zip-compressed", "x-zip", "x-rar-compressed", "x-gzip", "x-compressed"):
        return "archive"
    if minor in ("x-msdos-program", "x-executable", "x-dosexec"):
        return "executable"
    if media_type in ("message/rfc822", "message/global", "message/news"):
        return "message"
    simple: dict[str, Family] = {
        "image": "image",
        "audio": "audio",
        "video": "video",
        "model": "model3d",
        "text": "text",
        "message": "text",
    }
    return simple.get(major, "other")


def _by_content(content: bytes) -> str:
    """The key in EXTENSIONS the content proves, '' when it proves none."""
    head = content[:64]
    if not head:
        return ""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(content)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        start = content[: 1 << 20]
        return next((key for mark, key in _OLE if mark.encode("latin-1") in start), "ole")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _HEIF:
            return _heif(brand, content)
        return {b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a", b"3gp4": "3gp", b"3gp5": "3gp", b"M4V ": "m4v"}.get(
            brand, "mp4"
        )
    if head.startswith(b"RIFF") and len(head) >= 12:
        return {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12], "")
    if head.startswith(b"MZ") and (len(content) < 64 or b"PE\0\0" in content[:4096] or b"This program" in content[:4096]):
        return "exe"
    if (
        head.startswith(b"BM")
        and len(content) >= 26
        and int.from_bytes(content[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)
    ):
        return "bmp"
    if head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2") and len(content) > 400:
        return "mp3"
    if content[257:262] == b"ustar":
        return "tar"
    for magic, key in _MAGIC:
        if head.startswith(magic):
            return key
    if len(content) >= 84 and len(content) == 84 + 50 * int.from_bytes(content[80:84], "little") > 84:
        return "stl"
    return _text(content)


def _heif(brand: bytes, content: bytes) -> str:
    key = _HEIF[brand]
    if key == "heif":  # a generic brand: the compatible ones tell
        size = min(int.from_bytes(content[:4], "big"), 256)
        for i in range(16, size, 4):
            other = _HEIF.get(content[i : i + 4], "")
            if other in ("heic", "avif"):
                return other
    return key


def _zip(content: bytes) -> str:
    """Which zip-based format: told by the first entry and by the names in the directory at the end."""
    length = int.from_bytes(content[26:28], "little")
    first = content[30 : 30 + length]
    if first == b"mimetype":
        kind = content[38:120]
        for mark, key in (
            (b"opendocument.text", "odt"),
            (b"opendocument.spreadsheet", "ods"),
            (b"opendocument.presentation", "odp"),
        ):
            if mark in kind:
                return key
    if first.endswith((b".usdc", b".usda", b".usd")):
        return "usdz"
    inside = listing(content)
    if inside.whole:
        return _format(inside)
    # Cut off, damaged or very long: the names stand in the bytes all the same. Only then, for the bytes also show the names
    # inside the documents that a plain zip holds.
    names = content[:8192] + content[-65536:]
    if b"3D/3dmodel.model" in names:
        return "3mf"
    if b"[Content_Types].xml" in names:
        for mark, key in ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx")):
            if mark in names:
                return key
    if b"AndroidManifest.xml" in names:
        return "apk"
    if b"META-INF/MANIFEST.MF" in names:
        return "jar"
    return "zip"


def _format(inside: Listing) -> str:
    """The format whose members these are, "zip" when people's files were merely put together."""
    names = inside.names
    if any(name.startswith("3d/") and name.endswith(".model") for name in names):
        return "3mf"
    if "[content_types].xml" in names:
        for folder, key in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return key
    if "androidmanifest.xml" in names:
        return "apk"
    return "jar" if "meta-inf/manifest.mf" in names else "zip"


def _held(inside: Listing) -> Family:
    """What a plain zip is for us: a 3D file when it holds one, pictures when it holds nothing else, else an archive."""
    names = inside.names
    if any(name in ("mimetype", "[content_types].xml") or name.startswith("meta-inf/") for name in names):
        return "archive"  # a format of its own that we do not know by name (books, drawings): its members are its own affair
    extensions = [extension_of(name.rpartition("/")[2]) for name in names]
    if any(extension in _SHAPES for extension in extensions):
        return "model3d"
    return "image" if extensions and inside.whole and _PICTURES.issuperset(extensions) else "archive"


def _text(content: bytes) -> str:
    """Formats that are written in text."""
    start = content[:4096]
    if b"\0" in start[:512]:
        return ""
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    low = bare[:1024].lower()
    if low.startswith((b"<?xml", b"<")):
        if b"<collada" in low:
            return "dae"
        if b"<svg" in low:
            return "svg"
        if b"<x3d" in low:
            return "x3d"
        if low.startswith((b"<!doctype html", b"<html")):
            return "html"
        return "xml" if low.startswith(b"<?xml") else ""
    if (
        bare.startswith(b"{")
        and b'"asset"' in content[:65536] + content[-65536:]
        and b'"version"' in content[:65536] + content[-65536:]
    ):
        whole = content[:65536] + content[-65536:]
        if any(mark in whole for mark in (b'"meshes"', b'"scenes"', b'"buffers"', b'"accessors"')):
            return "gltf"
    if bare.startswith(b"solid") and b"facet normal" in start:
        return "stl"
    if _OBJ.search(start) and (_OBJ_MORE.search(start) or len(_OBJ.findall(start)) > 8):
        return "mtl-or-obj"
    for magic in (b"BEGIN:VCALENDAR", b"BEGIN:VCARD"):
        if bare[:20].upper().startswith(magic):
            return "ics" if magic.endswith(b"CALENDAR") else "vcf"
    if _MAIL.match(bare):
        return "eml"
    return ""
