"""Every table of an evaluation as one XLSX file, a sheet each."""

import io
from decimal import Decimal
from typing import Any

from arraigo.insight.figures import MonthFigures
from arraigo.insight.tables import Cell, Table, afterwards, tables
from arraigo.procedure import queries as procedures

WIDEST = 60


def workbook(figures: MonthFigures) -> bytes:
    """The tables of `figures` in the reader's language, and what followed its courtesies; amounts are numbers in Bs."""
    target = io.BytesIO()
    # Text from customers' and units' names is text, whatever it begins with.
    import xlsxwriter

    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{figures.month:%Y-%m}", "comments": figures.version})
    formats = {"head": book.add_format({"bold": True, "bottom": 1}), "bs": book.add_format({"num_format": "#,##0.00"}),
               "note": book.add_format({"italic": True})}  # fmt: skip
    courtesies = {code: terms["name"] for code, terms in procedures.current_policy().value("courtesy").items()}
    for table in [*tables(figures), afterwards(figures.month, courtesies)]:
        _write(book, table, formats)
    book.close()
    return target.getvalue()


def _write(book: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.name)
    sheet.write_row(0, 0, table.header, formats["head"])
    sheet.freeze_panes(1, 0)
    fractions = [book.add_format({"num_format": f"0.{'0' * places}" if places else "0"}) for places in table.places]
    for number, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            _put(sheet, number, column, cell, formats | {"fraction": fractions[column]})
    if table.note:
        sheet.write_string(len(table.rows) + 2, 0, table.note, formats["note"])
    for column, title in enumerate(table.header):
        longest = max([len(title), *(len(str(row[column] or "")) for row in table.rows)])
        sheet.set_column(column, column, min(longest + 2, WIDEST))


def _put(sheet: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), formats["bs"])
    elif isinstance(cell, float):
        sheet.write_number(row, column, cell, formats["fraction"])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, cell or "")
