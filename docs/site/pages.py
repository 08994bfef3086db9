# SPDX-License-Identifier: MIT
# Makes the pages that Sphinx reads: those of docs/, and one for each question of the cookbook, each public header and each
# sample. Links that lead out of docs/ are turned to these pages. docs/index.md lists all pages: its headings and links become the navigation.
# Usage: pages.py FOLDER
import os
import pathlib
import re
import shutil
import sys
from xml.etree import ElementTree

root = pathlib.Path(__file__).resolve().parents[2]
docs = root / "docs"
out = pathlib.Path(sys.argv[1]).resolve()

link = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def page_of(path):
    """The page that shows a file or folder of the project, without its suffix; None if there is none."""
    relative = path.relative_to(root).as_posix()
    if relative.startswith("docs/"):
        return relative[len("docs/"):-len(".md")] if relative.endswith(".md") else None
    if re.fullmatch(r"include/uvnostr/((testing|c)/)?\w+\.(hpp|h)", relative):
        return "reference/" + re.sub(r"[./]", "_", relative[len("include/uvnostr/"):])
    if re.fullmatch(r"samples/(c/)?\w+\.(cpp|c|py|lua)", relative):
        return "samples/" + path.name.replace(".", "_")
    return {"include/uvnostr": "reference/index", "samples": "samples/index", "samples/c": "samples/index", "CONTRIBUTING.md": "contributing",
            "CHANGELOG.md": "changelog", "README.md": "index"}.get(relative)


def turn_links(text, source, page):
    """Links of a page made from the file `source`. Files without a page become text."""
    here = (out / page).parent

    def turned(match):
        words, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match.group(0)
        name, _, anchor = target.partition("#")
        path = (source.parent / name).resolve()
        if path.suffix in (".svg", ".png"):
            return match.group(0)
        to = page_of(path)
        if to is None:
            return words
        if to.startswith("cookbook/") and anchor:
            to, anchor = f"{to}/{anchor}", ""
        return f"[{words}]({os.path.relpath(out / to, here)}.md{'#' + anchor if anchor else ''})"

    # Blocks of code stay as they are.
    parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    return "".join(part if part.startswith("```") else link.sub(turned, part) for part in parts)


def write(page, text):
    path = out / (page + ".md")
    path.parent.mkdir(parents=True, exist_ok=True)
    # An unchanged file keeps its time, so that Sphinx reads only what has changed.
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    kept.add(path)


def slug(heading):
    """The anchor that a heading has on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def write_questions(source, page):
    """A page of the cookbook as a list of its questions, each on a page of its own."""
    head, *answers = re.split(r"^## ", source.read_text(), flags=re.M)
    names = []
    for answer in answers:
        question, _, rest = answer.partition("\n")
        names.append((question, f"{os.path.basename(page)}/{slug(question)}"))
        here = f"{os.path.dirname(page)}/{names[-1][1]}"
        write(here, turn_links(f"# {question}\n{rest}", source, here))
    write(page, turn_links(head, source, page) + "".join(f"- [{question}]({name}.md)\n" for question, name in names) +
          "\n```{toctree}\n:hidden:\n\n" + "\n".join(name for _, name in names) + "\n```\n")


def head_comment(text):
    """The first comment after the SPDX line, up to its first empty line."""
    lines = []
    for line in text.splitlines()[1:]:
        if not line.startswith("//"):
            break
        line = line[2:].strip()
        if not line:
            break
        lines.append(line)
    return " ".join(lines)


def navigation(index):
    """The headings and links of the index as toctrees."""
    trees = []
    for part in re.split(r"^## ", index, flags=re.M)[1:]:
        caption, _, body = part.partition("\n")
        pages = [target for _, target in link.findall(body) if target.endswith(".md")]
        trees.append(f"```{{toctree}}\n:hidden:\n:caption: {caption.strip()}\n\n" + "\n".join(p[:-3] for p in pages) + "\n```\n")
    return "\n" + "\n".join(trees)


def declarations(header):
    """A section for each class, struct, enumeration and function of the header, in its order."""
    found = []  # line, name, directive
    for compound in xml.iter("compounddef"):
        at = compound.find("location")
        if compound.get("kind") in ("class", "struct") and compound.get("prot") == "public" and at.get("file").endswith(where(header)):
            name = compound.findtext("compoundname")
            # A struct within a class is shown there.
            if header.suffix == ".h" or name.rpartition("::")[0] in namespaces:
                found.append((int(at.get("line")), name, f"doxygen{compound.get('kind')} {name}\n:members:\n:undoc-members:"))
        scope = compound.findtext("compoundname") + "::"
        if compound.get("kind") == "file" and header.suffix == ".h":
            scope = ""
        elif compound.get("kind") != "namespace" or scope.endswith("detail::"):
            continue
        for member in compound.iter("memberdef"):
            at = member.find("location")
            if not (at.get("declfile") or at.get("file")).endswith(where(header)):
                continue
            name = scope + member.findtext("name")
            line = int(at.get("declline") or at.get("line"))
            if member.get("kind") == "function":
                types = "" if header.suffix == ".h" else "(" + ", ".join("".join(p.find("type").itertext()) for p in member.iter("param") if p.find("type") is not None) + ")"
                found.append((line, name, f"doxygenfunction {name}{types}"))
            elif member.get("kind") in ("enum", "typedef", "variable"):
                found.append((line, name, f"doxygen{member.get('kind')} {name}"))
    # In C, a struct or enumeration is a type of the same name as well.
    types = {name for _, name, directive in found if not directive.startswith("doxygentypedef")}
    text = ""
    for _, name, directive in sorted(found):
        if directive.startswith("doxygentypedef") and name in types:
            continue
        head, _, rest = directive.partition("\n")
        kind, _, what = head.partition(" ")
        if not name.endswith(("::to_string", "operator<<")):
            text += f"\n## {name.removeprefix('uvnostr::')}\n"
        text += f"\n```{{{kind}}} {what}\n{rest}\n```\n"
    return text


def where(header):
    return header.relative_to(root).as_posix()


def described(element):
    parts = (element.find(part) for part in ("briefdescription", "detaileddescription"))
    return " ".join("".join("".join(part.itertext()) for part in parts).split())


def option_tables():
    """Every option with its default and the first sentence about it."""
    text = ""
    # An option without a comment of its own has that of its type.
    abouts = {c.findtext("compoundname"): described(c) for c in xml.iter("compounddef")}
    abouts |= {m.findtext("qualifiedname") or "uvnostr::" + m.findtext("name"): described(m) for m in xml.iter("memberdef") if m.get("kind") == "enum"}
    order = ["pool", "relay", "reconnect", "subscribe", "fetch", "publish", "metrics"]
    place = {f"uvnostr::{name}_options": number for number, name in enumerate(order)}
    compounds = sorted(xml.iter("compounddef"), key=lambda c: place.get(c.findtext("compoundname"), len(order)))
    for compound in compounds:
        name = compound.findtext("compoundname")
        if not re.fullmatch(r"uvnostr::\w+_options", name):
            continue
        header = root / compound.find("location").get("file")
        text += f"\n## {name.removeprefix('uvnostr::')}\n\nIn [{header.name}]({page_of(header)}.md).\n\n| option | default | meaning |\n| --- | --- | --- |\n"
        for member in compound.iter("memberdef"):
            about = described(member)
            value = "".join(member.find("initializer").itertext()).strip("= ") if member.find("initializer") is not None else ""
            kind = "".join(member.find("type").itertext()).removeprefix("uvnostr::")
            about = about or abouts.get("uvnostr::" + kind, "")
            unit = " ms" if kind.endswith("milliseconds") else " s" if kind.endswith("chrono::seconds") else ""
            value = f"`{value.strip('{}').removeprefix('uvnostr::')}{unit}`" if value.strip("{}") else ""
            text += f"| `{member.findtext('name')}` | {value} | {re.split(r'(?<=[.]) ', about)[0]} |\n"
    return text


class doxygen:
    """All of Doxygen's XML files."""

    def __init__(self, folder):
        self.files = [ElementTree.parse(path).getroot() for path in sorted(folder.glob("*.xml")) if path.stem != "index"]

    def iter(self, tag):
        for file in self.files:
            yield from file.iter(tag)


xml = doxygen(root / ".build/docs-xml/xml")
namespaces = {c.findtext("compoundname") for c in xml.iter("compounddef") if c.get("kind") == "namespace"}

kept = set()
for source in sorted(docs.rglob("*.md")):
    page = page_of(source)
    if source.parent == docs / "cookbook" and source.stem != "index":
        write_questions(source, page)
        continue
    text = turn_links(source.read_text(), source, page)
    write(page, text + {"index": navigation, "options": lambda _: option_tables()}.get(page, lambda _: "")(text))
for source in sorted(docs.rglob("*.svg")):
    target = out / source.relative_to(docs)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    kept.add(target)

headers = [header for folder in ("", "testing", "c") for header in sorted((root / "include/uvnostr" / folder).glob("*.h*"))]
rows = []
for header in headers:
    name = header.relative_to(root / "include").as_posix()
    text = header.read_text()
    page = page_of(header)
    write(page, f"# {name.removeprefix('uvnostr/')}\n\n{head_comment(text)}\n\n    #include <{name}>\n" + declarations(root / "include" / name))
    rows.append((name, page, head_comment(text)))
write("reference/index", "# Reference\n\nThis is made from the public headers.\n\n| header | contents |\n| --- | --- |\n" +
      "".join(f"| [{name}]({os.path.basename(page)}.md) | {about} |\n" for name, page, about in rows) +
      "\n```{toctree}\n:hidden:\n\n" + "\n".join(os.path.basename(page) for _, page, _ in rows) + "\n```\n")

languages = {".cpp": "cpp", ".c": "c", ".py": "python", ".lua": "lua"}
samples = [path for folder in ("", "c") for path in sorted((root / "samples" / folder).glob("*.*"))
           if path.suffix in languages and not path.stem.startswith("local_")]
for sample in samples:
    text = sample.read_text()
    write(page_of(sample), f"# {sample.name}\n\n```{languages[sample.suffix]}\n{text}```\n")
write("samples/index", "# Samples\n\nEach sample adds one idea. It takes relay URLs as arguments; without any, it starts a relay "
      "in its own process.\n\n" + "".join(f"- [{s.name}]({os.path.basename(page_of(s))}.md): {head_comment(s.read_text())}\n" for s in samples) +
      "\n```{toctree}\n:hidden:\n\n" + "\n".join(os.path.basename(page_of(s)) for s in samples) + "\n```\n")
for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
    write(page_of(root / name), turn_links((root / name).read_text(), root / name, page_of(root / name)))

for path in out.rglob("*"):
    if path.is_file() and path not in kept:
        path.unlink()
