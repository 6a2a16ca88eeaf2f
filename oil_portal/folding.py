"""A loader of templates that draws what never changes once: words, addresses, icons and what lies between them.

A third of the time of a page went into looking up the same translations. Here a template is compiled once a language,
and each tag that says the same for every reader becomes the text that it says; texts beside each other become one. A
sentence with values in it, and an address with a number in it, is looked up once.
"""

from django.template import Context
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    TextNode,
    TokenType,
    render_value_in_context,
)
from django.template.defaulttags import IfNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from oil_portal.core.prepared import address


class Loader(cached.Loader):
    """Django's loader that keeps what it compiled, for each language."""

    def get_template(self, template_name, skip=None):
        found = self.get_template_cache.get(self.cache_key(template_name, skip))
        if isinstance(found, Template):
            return found
        template = super().get_template(template_name, skip)
        fold(template)
        return template

    def cache_key(self, template_name, skip=None) -> str:
        return f"{get_language()} {super().cache_key(template_name, skip)}"


def fold(template: Template) -> None:
    """Replace what says the same for everybody by what it says, in place and in the active language."""
    context = Context()
    context.template = template
    _fold(template.nodelist, context)


def _fold(nodes: NodeList, context: Context) -> None:
    found: list[Node] = []
    for node in nodes:
        if says_the_same(node):
            node = TextNode(node.render(context))
        elif type(node) is BlockTranslateNode and not node.message_context:
            node = Said(node)
        elif type(node) is URLNode and is_literal(node.view_name) and not (node.asvar or node.kwargs):
            node = There(node)
        elif not isinstance(node, LanguageNode):  # which is drawn in another language
            for inner in inner_nodes(node):
                _fold(inner, context)
        if isinstance(node, TextNode) and found and isinstance(found[-1], TextNode):
            found[-1] = TextNode(found[-1].s + node.s)
        else:
            found.append(node)
    nodes[:] = found


class Said(Node):
    """A sentence with values in it, looked up once; Django puts it together of its pieces and looks it up each time."""

    child_nodelists = ()

    def __init__(self, said: BlockTranslateNode) -> None:
        self.said, self.given = said, list(said.extra_context.items())
        self.one, names = said.render_token_list(said.singular)
        self.more, more_names = said.render_token_list(said.plural) if said.plural else ("", [])
        self.names, self.translated = [*names, *more_names], gettext(self.one)

    def render(self, context: Context) -> str:
        given = {name: value.resolve(context) for name, value in self.given}
        sentence = self.translated
        if self.more:
            given[self.said.countervar] = number = self.said.counter.resolve(context)
            if not isinstance(number, int):
                return self.said.render(context)  # which says what is wrong
            sentence = ngettext(self.one, self.more, number)
        values = {name: written(self.value(name, given, context), context) for name in self.names}
        try:
            sentence %= values
        except (KeyError, ValueError):  # a translation that names something else
            return self.said.render(context)
        if self.said.asvar:
            context[self.said.asvar] = SafeString(sentence)
            return ""
        return sentence

    @staticmethod
    def value(name: str, given: dict, context: Context):
        return given[name] if name in given else context.get(name, context.template.engine.string_if_invalid)


def written(value, context: Context) -> str:
    """As a template writes a value; a small number is the same in every language."""
    return str(value) if type(value) is int and 0 <= value < 1000 else render_value_in_context(value, context)


class There(Node):
    """An address with a number in it, found once for each number."""

    child_nodelists = ()

    def __init__(self, url: URLNode) -> None:
        self.url, self.name, self.args = url, url.view_name.var, url.args

    def render(self, context: Context) -> str:
        args = [one.resolve(context) for one in self.args]
        if all(type(one) in (int, str) for one in args):
            there = address(self.name, *args)
            return conditional_escape(there) if context.autoescape else there
        return self.url.render(context)


def inner_nodes(node: Node) -> list[NodeList]:
    if isinstance(node, IfNode):  # whose `nodelist` is made anew at each look
        return [nodes for _condition, nodes in node.conditions_nodelists]
    return [nodes for name in node.child_nodelists if (nodes := getattr(node, name, None))]


def says_the_same(node: Node) -> bool:
    """Whether a tag depends on nothing but the language."""
    if isinstance(node, TranslateNode):
        return not (node.asvar or node.message_context) and is_literal(node.filter_expression)
    if isinstance(node, BlockTranslateNode):
        words = all(token.token_type == TokenType.TEXT for token in node.singular)
        return words and not (node.extra_context or node.plural or node.asvar or node.message_context)
    if isinstance(node, URLNode):
        return not (node.asvar or node.kwargs) and all(map(is_literal, [node.view_name, *node.args]))
    if isinstance(node, StaticNode):
        return not node.varname and is_literal(node.path)
    if isinstance(node, SimpleNode) and getattr(node.func, "says_the_same", False):
        return not node.target_var and all(map(is_literal, [*node.args, *node.kwargs.values()]))
    return False


def is_literal(expression: FilterExpression) -> bool:
    """ "text" or 12, without a filter."""
    var = expression.var
    return not expression.filters and (isinstance(var, str) or getattr(var, "lookups", ()) is None)
