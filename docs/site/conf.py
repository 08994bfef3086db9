# SPDX-License-Identifier: MIT
# Sphinx's settings. docs/site/pages.py makes the pages that Sphinx reads.
import pathlib
import re

root = pathlib.Path(__file__).resolve().parents[2]

project = "uvnostr"
author = "the authors of uvnostr"
release = re.search(r"version: '([0-9.]+)'", (root / "meson.build").read_text()).group(1)
extensions = ["myst_parser", "breathe"]
root_doc = "index"
exclude_patterns = []

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

breathe_projects = {"uvnostr": str(root / ".build/docs-xml/xml")}
breathe_default_project = "uvnostr"
breathe_default_members = ("members",)
breathe_show_include = False
breathe_show_enumvalue_initializer = False
breathe_order_parameters_first = True

primary_domain = "cpp"
highlight_language = "text"
pygments_style = "friendly"
pygments_dark_style = "monokai"

html_theme = "furo"
html_title = f"uvnostr {release}"
html_static_path = ["static"]
html_css_files = ["uvnostr.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
# Summaries are fetched, which browsers refuse for files. The index itself is a script.
html_show_search_summary = False
html_theme_options = {"navigation_with_keys": True}
