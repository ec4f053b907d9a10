"""Programs that do real work with a package, what they print, and the flags that they need."""

WORKS = {
    "pydantic": (
        ["pydantic"],
        """
from typing import List
from pydantic import BaseModel, ValidationError, validator

class Line(BaseModel):
    name: str
    price: float
    count: int = 1

class Order(BaseModel):
    id: int
    lines: List[Line]

    @validator("lines")
    def not_empty(cls, lines):
        assert lines, "an order has lines"
        return lines

order = Order.parse_raw('{"id": "7", "lines": [{"name": "tea", "price": "2.5", "count": 4}]}')
print(order.id, sum(line.price * line.count for line in order.lines))
try:
    Order(id="x", lines=[])
except ValidationError as error:
    print(sorted(problem["loc"][0] for problem in error.errors()))
""",
        "7 10.0\n['id', 'lines']\n",
    ),
    "attrs": (
        ["attrs"],
        """
import attr, attrs

@attrs.define
class Point:
    x: int = attrs.field(converter=int, validator=attrs.validators.ge(0))
    y: int = 0

print(Point("3"), attr.asdict(attrs.evolve(Point(1, 2), y=5)))
try:
    Point(-1)
except ValueError:
    print("refused")
""",
        "Point(x=3, y=0) {'x': 1, 'y': 5}\nrefused\n",
    ),
    "pyyaml": (
        ["pyyaml"],
        """
import yaml
data = yaml.safe_load("a: [1, 2.5, yes]\\nb: &x {c: null}\\nd: *x\\n")
print(data, yaml.safe_load(yaml.safe_dump(data)) == data)
try:
    yaml.safe_load("a: [1")
except yaml.YAMLError as error:
    print(type(error).__name__)
""",
        "{'a': [1, 2.5, True], 'b': {'c': None}, 'd': {'c': None}} True\nParserError\n",
    ),
    "python-dateutil": (
        ["python-dateutil"],
        """
from datetime import datetime
from dateutil import parser, rrule
from dateutil.relativedelta import relativedelta
print(parser.parse("Jan 5th 2024 5pm"), datetime(2024, 1, 31) + relativedelta(months=1))
print([d.day for d in rrule.rrule(rrule.WEEKLY, count=3, dtstart=datetime(2024, 1, 1))])
""",
        "2024-01-05 17:00:00 2024-02-29 00:00:00\n[1, 8, 15]\n",
    ),
    "jinja2": (
        ["jinja2"],
        """
import jinja2
template = jinja2.Environment(autoescape=True).from_string(
    "{% macro row(x) %}<td>{{ x }}</td>{% endmacro %}{% for x in items if x %}{{ row(x) }}{% endfor %}")
print(template.render(items=["a", "", "<b>"]))
""",
        "<td>a</td><td>&lt;b&gt;</td>\n",
    ),
    "toml": (
        ["toml"],
        """
import toml
data = toml.loads('title = "x"\\n[owner]\\nage = 3\\ntags = ["a", "b"]\\n')
print(data, toml.loads(toml.dumps(data)) == data)
""",
        "{'title': 'x', 'owner': {'age': 3, 'tags': ['a', 'b']}} True\n",
    ),
    "typing-extensions": (
        ["typing-extensions"],
        """
from typing_extensions import TypedDict, Annotated, get_type_hints, deprecated
import warnings

class Movie(TypedDict, total=False):
    name: Annotated[str, "title"]

@deprecated("use the other")
def old():
    return 1

with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    old()
print(get_type_hints(Movie, include_extras=True)["name"].__metadata__, seen[0].category.__name__)
""",
        "('title',) DeprecationWarning\n",
    ),
    "beautifulsoup4": (
        ["beautifulsoup4"],
        """
from bs4 import BeautifulSoup
soup = BeautifulSoup("<ul><li class=a>one</li><li>two</li></ul><p>x</p>", "html.parser")
print([li.get_text() for li in soup.select("ul > li")][-1], soup.find("li", class_="a")["class"], soup.p.text)
""",
        "two ['a'] x\n",
    ),
    "networkx": (
        ["networkx"],
        """
import networkx as nx
graph = nx.Graph()
graph.add_weighted_edges_from([("a", "b", 1), ("b", "c", 2), ("a", "c", 5)])
print(nx.shortest_path(graph, "a", "c", weight="weight"), nx.is_connected(graph), nx.number_of_edges(nx.minimum_spanning_tree(graph)))
""",
        "['a', 'b', 'c'] True 2\n",
    ),
    "sympy": (
        ["sympy"],
        """
from sympy import symbols, solve, diff, integrate, sin, Matrix, factor
x = symbols("x")
print(solve(x**2 - 5*x + 6, x), diff(sin(x) * x, x), integrate(2 * x, x), factor(x**2 - 1), Matrix([[1, 2], [3, 4]]).det())
""",
        "[2, 3] x*cos(x) + sin(x) x**2 (x - 1)*(x + 1) -2\n",
    ),
    "rich": (
        ["rich"],
        """
from rich.console import Console
from rich.table import Table
table = Table("name", "n")
table.add_row("tea", "4")
console = Console(width=40, color_system=None)
console.print(table)
console.print("[bold]done[/bold]")
""",
        "┏━━━━━━┳━━━┓\n┃ name ┃ n ┃\n┡━━━━━━╇━━━┩\n│ tea  │ 4 │\n└──────┴───┘\ndone\n",
    ),
    "tabulate": (
        ["tabulate"],
        """
from tabulate import tabulate
print(tabulate([["tea", 4], ["milk", 12]], headers=["name", "n"], tablefmt="github"))
""",
        "| name   |   n |\n|--------|-----|\n| tea    |   4 |\n| milk   |  12 |\n",
    ),
    "markdown": (
        ["markdown"],
        """
import markdown
print(markdown.markdown("# Hi\\n\\n| a | b |\\n|---|---|\\n| 1 | *2* |", extensions=["tables"]).count("<td>"))
print(markdown.markdown("*x* `y`"))
""",
        "2\n<p><em>x</em> <code>y</code></p>\n",
    ),
    "jsonschema": (
        ["jsonschema"],
        """
import jsonschema
schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}}
jsonschema.validate({"id": 3}, schema)
validator = jsonschema.Draft202012Validator(schema)
print([error.message for error in validator.iter_errors({"id": 0})], validator.is_valid({}))
""",
        "['0 is less than the minimum of 1'] False\n",
    ),
    "click": (
        ["click"],
        """
import click

@click.command()
@click.option("--count", default=1, type=int)
@click.argument("name")
def hello(count, name):
    for _ in range(count):
        click.echo(f"hello {name}")

hello(["--count", "2", "ada"], standalone_mode=False)
try:
    hello(["--count", "x", "ada"], standalone_mode=False)
except click.BadParameter as error:
    print(type(error).__name__)
""",
        "hello ada\nhello ada\nBadParameter\n",
    ),
    "anyio": (
        ["anyio"],
        """
import anyio

async def main():
    async with anyio.create_task_group() as tasks:
        send, receive = anyio.create_memory_object_stream(2)

        async def produce():
            async with send:
                for i in range(3):
                    await send.send(i)

        tasks.start_soon(produce)
        async with receive:
            print([item async for item in receive])
    with anyio.move_on_after(0.01) as scope:
        await anyio.sleep(1)
    print(scope.cancelled_caught)

anyio.run(main)
""",
        "[0, 1, 2]\nTrue\n",
    ),
    "loguru": (
        ["loguru"],
        """
import sys
from loguru import logger
logger.remove()
logger.add(sys.stdout, format="{level} {message} {extra[user]}", colorize=False, backtrace=False, diagnose=False)
logger.bind(user="ada").info("paid {}", 3)
logger.configure(extra={"user": "-"})
with logger.catch(message="failed", onerror=lambda error: print(type(error).__name__)):
    1 / 0
""",
        """INFO paid 3 ada
ERROR failed -
Traceback (most recent call last):
  File "<string>", line 9, in <module>
    1 / 0
ZeroDivisionError: division by zero
ZeroDivisionError
""",
    ),
    "joblib": (
        ["joblib"],
        """
from joblib import Memory, Parallel, delayed, dump, load
print(Parallel(n_jobs=2)(delayed(pow)(i, 2) for i in range(4)))
calls = []

@Memory("/work/cache", verbose=0).cache
def square(x):
    calls.append(x)
    return x * x

print(square(3), square(3), calls)
dump({"a": [1]}, "x.joblib")
print(load("x.joblib"))
""",
        "[0, 1, 4, 9]\n9 9 [3]\n{'a': [1]}\n",
        "--scratch",
    ),
    "plotly": (
        ["plotly"],
        """
import json
import plotly.graph_objects as go
figure = go.Figure(go.Bar(x=["a", "b"], y=[1, 2]), layout={"title": {"text": "sales"}})
data = json.loads(figure.to_json())
print(data["data"][0]["type"], data["data"][0]["y"], data["layout"]["title"]["text"])
print("sales" in figure.to_html(include_plotlyjs="cdn"))
try:
    go.Bar(z=[1])
except ValueError:
    print("refused")
""",
        "bar [1, 2] sales\nTrue\nrefused\n",
    ),
    "openpyxl": (
        ["openpyxl"],
        """
import io, openpyxl
book = openpyxl.Workbook()
book.active.append(["tea", 4])
book.active.append(["milk", "=B1*2"])
book.save("book.xlsx")
data = io.BytesIO()
book.save(data)
for source in "book.xlsx", data:
    print([[cell.value for cell in row] for row in openpyxl.load_workbook(source).active.iter_rows()])
""",
        "[['tea', 4], ['milk', '=B1*2']]\n" * 2,
        "--scratch",
    ),
}
