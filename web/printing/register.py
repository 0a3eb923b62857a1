"""A register as a document to print: the period in figures with its charts, then the requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from core.directive import Localized
from core.wording import sum_name
from engine.registers import Analysis, Listed
from engine.registers import Column as ListColumn
from web.pages.analytics import AMOUNTS, charts, in_words, ranked_clients, ranked_whats
from web.pages.language import Speech
from web.pages.page import begun
from web.printing.sheet import MARGIN, SOFT, Column, Printed, Sheet

#: Requests that are printed one by one; the workbook has all of them.
MOST_ROWS = 5_000
#: How wide a column is beside one of a number, by the type of its fact.
WEIGHTS = {"choice": 1.7, "details": 1.4, "money": 1.1, "date": 1.0}
#: Rows of a ranking.
SOME = 8


def print_register(
    title: Localized, house: str, found: Analysis, rows: Iterator[Listed], columns: Sequence[ListColumn], speech: Speech
) -> bytes:
    """The PDF file."""
    say, language = speech.say, speech.language
    first, last = found.days[0][0], found.days[-1][0]
    name = in_words(title, language)
    printed = say("imprimé le %(day)s", day=_day(speech.local(speech.now).date(), language))
    sheet = Sheet(f"{name} – {house}", f"{house} · {name} · {printed}")
    sheet.text(MARGIN, sheet.y + 16, name, 18, bold=True)
    period = say("du %(first)s au %(last)s", first=_day(first, language), last=_day(last, language))
    sheet.text(MARGIN, sheet.y + 31, f"{house} · {period}", 9)
    sheet.y += 46
    _figures(sheet, found, speech)
    drawn = {chart.id: chart for chart in charts(found, speech)}
    half = (sheet.inner - 24) / 2
    if volume := drawn.get("volume"):
        sheet.room(164)
        sheet.bars(MARGIN, half * 1.25, volume.title, volume.labels, list(volume.series.items()), speech.number, volume.colours)
        statuses = drawn["statuses"]
        sheet.ring(
            MARGIN + half * 1.25 + 24,
            half * 0.75,
            statuses.title,
            list(zip(statuses.labels, next(iter(statuses.series.values())), strict=True)),
            statuses.colours,
        )
        sheet.y += 168
    whats = [(b.label, b.value, b.share) for b in ranked_whats(found, speech)[:SOME]]
    clients = [(b.label, b.value, b.share) for b in ranked_clients(found, speech)[:SOME]]
    if whats or clients:
        sheet.room(28 + 21 * max(len(whats), len(clients)))
        high = sheet.ranking(MARGIN, half, say("Les plus demandés"), whats) if whats else 0.0
        other = sheet.ranking(MARGIN + half + 24, half, say("Les clients les plus actifs"), clients) if clients else 0.0
        sheet.y += max(high, other) + 12
    money = [chart for chart in drawn.values() if chart.id.startswith(AMOUNTS)]
    for at, amounts in enumerate(money):
        # Two beside one another; one that is alone has the whole breadth.
        if at % 2 == 0:
            sheet.room(164)
        alone = at % 2 == 0 and at == len(money) - 1
        x, width = MARGIN + (half + 24) * (at % 2), sheet.inner if alone else half
        sheet.bars(x, width, amounts.title, amounts.labels, list(amounts.series.items()), speech.number, amounts.colours)
        if at % 2 or alone:
            sheet.y += 168
    _requests(sheet, rows, columns, speech)
    return sheet.save()


def _figures(sheet: Sheet, found: Analysis, speech: Speech) -> None:
    say = speech.say
    tiles = [(speech.number(sum(found.statuses.values())), speech.say("reçues"))]
    tiles += [
        (speech.number(number), in_words(found.labels.get(word, {"fr": word}), speech.language))
        for word, number in found.statuses.items()
    ]
    tiles.append((speech.percent(*found.rate), speech.say("de validation")))
    tiles += [
        (
            speech.number(round(total)),
            say("%(currency)s, hors rejetées et annulées", currency=sum_name(currency, speech.language)),
        )
        for currency, total in found.report.totals.items()
    ]
    if found.report.unsummed:
        tiles.append((speech.number(found.report.unsummed), say("sans total, hors de ces sommes")))
    sheet.tiles(tiles)


def _requests(sheet: Sheet, rows: Iterator[Listed], columns: Sequence[ListColumn], speech: Speech) -> None:
    say, language = speech.say, speech.language
    fixed = [Column(say("N°"), 58), Column(say("Reçue"), 60), Column(say("Client"), 92), Column(say("Statut"), 55)]
    last = Column(say("Confiance"), 50, True)
    rest = sheet.inner - sum(c.width for c in fixed) - last.width
    weights = [WEIGHTS.get(column.type, 1.0) for column in columns] or [1.0]
    shown = [
        Column(begun(in_words(column.label, language)), rest * weight / sum(weights), column.number)
        for column, weight in zip(columns, weights, strict=False)
    ]
    sheet.room(80)
    number = 0
    parts: list[Printed] = []

    def row_of() -> Printed | None:
        nonlocal number
        if parts:
            return parts.pop(0)
        row = next(rows, None)
        if row is None or number >= MOST_ROWS:
            return None
        number += 1
        party = row.case.party
        cells = [row.said(column.name).get(language, "") for column in columns]
        if row.rows:
            # What is of one line stands with it; the row of the request has what is of all of them.
            lined = {name for line in row.rows for name in line}
            for at, column in enumerate(columns):
                if column.name in lined and not column.summed:
                    cells[at] = ""
            if cells:
                cells[0] = speech.count("%(num)s ligne", "%(num)s lignes", row.lines)
            for n, line in enumerate(row.rows, 1):
                told = [line.get(column.name, {}).get(language, "") for column in columns]
                if told:
                    told[0] = f"{n}. {told[0]}"
                parts.append(Printed(["", "", "", "", *told, ""], soft=True))
        status = in_words(row.status.label, language) or row.status.word
        opened = _day(speech.local(row.case.opened_at).date(), language)
        name = party.name or party.email or party.phone
        sure = speech.percent(round(row.sure * 100), 100)
        return Printed([row.case.ref, opened, name, status, *cells, sure], strong=bool(row.rows))

    sheet.table([*fixed, *shown, last], row_of)
    if not number:
        sheet.text(MARGIN + 4, sheet.y + 14, say("Rien à compter dans cette période"), 8, SOFT)
    if number >= MOST_ROWS:
        sheet.room(20)
        sheet.text(
            MARGIN,
            sheet.y + 14,
            say("Les %(num)s premières ; le classeur Excel les a toutes.", num=speech.number(MOST_ROWS)),
            8,
        )


def _day(day: date, language: str) -> str:
    return day.strftime("%d/%m/%Y") if language == "fr" else day.isoformat()
