"""Tags that become text when a template is read, where all they are given stands in it.

An icon, or the address of a page that has only one, is the same at every use; a page holds some
hundred of them, and Django works each out again for every reader."""

from collections.abc import Callable
from typing import Any

from django.template import Context
from django.template.base import FilterExpression, Node, Parser, TextNode, Token, Variable
from django.template.defaulttags import URLNode
from django.templatetags.static import StaticNode

type Compile = Callable[[Parser, Token], Node]


def settled(compiled: Compile) -> Compile:
    """The tag whose compile function this is, settled where it can be."""

    def compile_settled(parser: Parser, token: Token) -> Node:
        node = compiled(parser, token)
        return TextNode(str(node.render(Context()))) if _is_settled(node) else node

    return compile_settled


def _is_settled(node: Any) -> bool:
    """Of a `url`, a `static` or a simple tag whose words do not go into a variable."""
    match node:
        case URLNode():
            kept, given = node.asvar, [node.view_name, *node.args, *node.kwargs.values()]
        case StaticNode():
            kept, given = node.varname, [node.path]
        case _:
            kept, given = node.target_var, [*node.args, *node.kwargs.values()]
    return kept is None and all(_is_constant(each) for each in given)


def _is_constant(given: FilterExpression) -> bool:
    return not given.filters and not isinstance(given.var, Variable)
