"""What the source says of each setting: the text under a field, or else the docstring of its class."""

import ast
import inspect
import re
from collections.abc import Iterator
from textwrap import dedent


def field_texts(section: type) -> dict[str, str]:
    """Field -> the docstring below it, base classes included; fields without one are missing."""
    texts: dict[str, str] = {}
    for kind in reversed(section.__mro__[:-1]):
        texts |= dict(_below_fields(kind))
    return texts


def section_text(section: type) -> str:
    """The docstring of the section, on one line a paragraph."""
    paragraphs = inspect.cleandoc(section.__doc__ or "").split("\n\n")
    return "\n".join(re.sub(r"\s+", " ", paragraph) for paragraph in paragraphs).replace("``", "")


def _below_fields(kind: type) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, re.sub(r"\s+", " ", text).strip().replace("``", "")
            case _:
                pass
