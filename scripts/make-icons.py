"""Make hub/web/vendor/lucide/icons.js from an unpacked lucide-static package.

Usage: python scripts/make-icons.py PACKAGE_FOLDER
"""

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
NAMES = HERE / "scripts" / "icon-names.json"
TARGET = HERE / "hub" / "web" / "vendor" / "lucide" / "icons.js"


def nodes(svg: Path) -> list[list[object]]:
    """Return the shapes of an icon as pairs of tag and attributes."""
    root = ET.parse(svg).getroot()  # noqa: S314 - a package that somebody chose to unpack
    return [[child.tag.rpartition("}")[2], dict(child.attrib)] for child in root]


def main(package: Path) -> None:
    """Write the icons that icon-names.json names."""
    version = json.loads((package / "package.json").read_text())["version"]
    ours = json.loads(NAMES.read_text())
    names = sorted(set(ours.values()))
    lines = [f"// lucide-static {version}, ISC (LICENSE.txt); made by scripts/make-icons.py"]
    lines.append("export const SHAPES = {")
    for name in names:
        shapes = json.dumps(nodes(package / "icons" / f"{name}.svg"), separators=(",", ":"))
        lines.append(f"  {json.dumps(name)}: {shapes},")
    lines.append("};")
    lines.append(f"export const NAMES = {json.dumps(ours, separators=(',', ':'))};\n")
    TARGET.write_text("\n".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
