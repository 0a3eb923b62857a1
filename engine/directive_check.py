"""Checks across the documents of a business: what one names, another must offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from core.condition import Condition
from engine.directive_problem import Problems, shown, suggestion
from engine.directive_schema import (
    ApprovePart,
    ChoicePart,
    CompletePart,
    DirectivePart,
    ExamplePart,
    FactPart,
    FulfilPart,
    GridPart,
    Part,
    ReviewPart,
    WordPart,
)
from engine.directive_values import CHOICES, FAMILIES, STAGES
from engine.directive_yaml import Map

#: Values that conditions know beside the facts (core.values.condition_values).
ALWAYS_KNOWN = frozenset({"files", "channel", "language", "kind"})
TASK_STEPS = frozenset({"subtask", "task"})
#: Options that only one type of fact takes.
_ONLY_FOR = {
    "families": {"files"},
    "at_least": {"files"},
    "choices": {"choice"},
    "after": {"text", "date", "reference", "address"},
    "near": {"date"},
    "units": {"quantity", "count"},
    "list": {"choice"},
    "price": {"money"},
    "derive": {"money"},
    "columns": {"rows"},
    "words": {"details"},
}
#: Types that are only read as a column of a rows fact.
_COLUMNS_ONLY = frozenset({"details"})
#: Stages that only a gate leads to.
STAGE_GATES = {"waiting_info": ("complete",), "waiting_review": ("review", "approve"), "waiting_approval": ("approve",)}


def needed_texts(directive: DirectivePart) -> dict[str, str]:
    """The texts that a case of this kind may need, each with the reason in French."""
    needed = dict.fromkeys(("ticket", "too_large", "admin_question", "admin_bounce"), "toute demande")
    gates = {g.name: g.options for g in directive.gates}
    judged = any(isinstance(g, ReviewPart) and g.judge == "facts" for g in gates.values())
    undecided = ["refusal", "question", "admin_unclear", *["admin_amount"] * (not judged)]
    for name, options in gates.items():
        why = f"l'étape « {name} »"
        if isinstance(options, FulfilPart):
            needed.update({"task" if step in TASK_STEPS else step: why for step in options.steps})
            needed.update(dict.fromkeys(options.tell, why))
            continue
        needed.update(dict.fromkeys(undecided, why))
        reminded = bool(getattr(options, "remind", ()))
        if isinstance(options, CompletePart):
            needed.update(dict.fromkeys(["request_info", *["reminder_info"] * reminded], why))
            needed.update(dict.fromkeys(["expired_info"] * (options.close is not None), why))
            needed.update(dict.fromkeys(["admin_review"] * (options.review is not None), why))
        elif isinstance(options, ReviewPart):
            needed.update(dict.fromkeys(["admin_review", *["admin_reminder"] * reminded], why))
            needed.update(dict.fromkeys([options.receipt] if options.receipt else (), why))
        elif isinstance(options, ApprovePart):
            offers = ["quote", "requote", "unclear", "not_verified", "admin_review", "admin_late"]
            needed.update(dict.fromkeys([*offers, *["reminder_quote"] * reminded], why))
            needed.update(dict.fromkeys(["expired_quote"] * (options.expire is not None), why))
    return needed


def check_directive(directive: DirectivePart, doubtful: frozenset[str], problems: Problems) -> None:
    """What can be told of one directive alone."""
    _check_words([(w, directive.match) for w in directive.match.words], problems)
    _check_words([(w, directive.match) for w in directive.match.against], problems)
    for name in directive.match.facts:
        _known_fact(name, directive, directive.match.line("facts"), doubtful, problems)
    _check_rows(directive, doubtful, problems)
    _check_statuses(directive, problems)
    _check_repeat_and_alerts(directive, doubtful, problems)
    for name, fact in directive.facts.items():
        _check_fact(name, fact, problems)
        if fact.unless is not None:
            check_condition(fact.unless, fact.line("unless"), directive, doubtful, problems)
    if directive.match.threshold and not directive.default and not (directive.match.words or directive.match.files):
        problems.add(directive.line("match"), "rien ne permet de reconnaître cette demande", "ajoutez « match: {words: […]} »")
    if not doubtful & {"gates", *STAGE_GATES}:
        _check_gates(directive, doubtful, problems)
    ticket = directive.ticket
    if ticket.status_property:
        lacking = [stage for stage in STAGES if not getattr(ticket, stage) and stage not in doubtful]
        if lacking:
            problems.add(ticket.line(), f"le ticket ne dit pas quelle valeur écrire pour : {', '.join(lacking)}")
    elif any(getattr(ticket, stage) for stage in STAGES) and "status_property" not in doubtful:
        problems.add(ticket.line(), "il manque « status_property », la propriété du ticket où écrire ces valeurs")


def _check_fact(name: str, fact: FactPart, problems: Problems) -> None:
    for option, types in _ONLY_FOR.items():
        if option in fact._lines and fact.type not in types:
            problems.add(fact.line(option), f"« {option} » ne va qu'avec le type {' ou '.join(sorted(types))}")
    if fact.type == "choice" and not fact.choices and fact.source is None:
        problems.add(fact.line(), f"le choix {shown(name)} n'a pas de « choices »", "énumérez ses valeurs et leurs mots")
    if not fact.optional and fact.ask is None:
        problems.add(
            fact.line(), f"{shown(name)} est obligatoire mais n'a pas de question « ask »", "écrivez-la, ou « optional: true »"
        )
    for question in (fact.ask or {}).values():
        if CHOICES.search(question) and fact.type != "choice":
            problems.add(
                fact.line("ask"), "« {{ choices }} » ne va que dans la question d'un choix, qui a des valeurs à nommer"
            )
        elif "{{" in CHOICES.sub("", question):
            problems.add(
                fact.line("ask"),
                "une question ne connaît que « {{ choices }} » : les valeurs du choix, telles que le document les nomme",
            )
    if fact.source is None:
        check_choices(fact.choices, problems)
    if fact.type in ("reference", "address") and not fact.after:
        problems.add(fact.line(), f"{shown(name)} n'a pas de « after », les mots qui le précèdent")


def check_choices(choices: Mapping[str, ChoicePart], problems: Problems) -> None:
    """Every value has words, and no word stands for two of them."""
    for value, choice in choices.items():
        if not choice.words:
            problems.add(choice.line("words"), f"la valeur {shown(value)} n'a aucun mot pour la reconnaître")
    _check_words([(w, choice) for choice in choices.values() for w in choice.words], problems)


def _known_fact(name: str, directive: DirectivePart, line: int, doubtful: frozenset[str], problems: Problems) -> None:
    # A fact that is itself wrongly described has been complained of where it stands.
    if name not in directive.facts and name not in doubtful:
        problems.add(line, f"{shown(name)} n'est pas un fait connu{suggestion(name, directive.facts)}")


def _check_rows(directive: DirectivePart, doubtful: frozenset[str], problems: Problems) -> None:
    """The lines of a request: at most one such fact; what only a line can have is one of its columns."""
    rows = {name: fact for name, fact in directive.facts.items() if fact.type == "rows"}
    for name, fact in list(rows.items())[1:]:
        problems.add(fact.line(), f"{shown(name)} : un seul fait de type rows par directive")
    columns: set[str] = set()
    for name, fact in rows.items():
        if not fact.optional:
            problems.add(fact.line(), f"{shown(name)} : un fait de type rows est facultatif", "écrivez « optional: true »")
        if len(fact.columns) < 2:
            problems.add(
                fact.line("columns"), f"{shown(name)} a besoin d'au moins deux colonnes : « columns: [product, quantity] »"
            )
        for column in fact.columns:
            _known_fact(column, directive, fact.line("columns"), doubtful, problems)
            other = directive.facts.get(column)
            if other is not None and other.type not in ("choice", "quantity", "money", "details"):
                problems.add(fact.line("columns"), f"{shown(column)} ({other.type}) ne peut pas être une colonne")
            elif other is not None and other.type == "money" and not other.price and "price" not in doubtful:
                problems.add(other.line(), f"{shown(column)} est une colonne : dites « price: unit » ou « price: total »")
        columns |= set(fact.columns)
    for name, fact in directive.facts.items():
        if (fact.type in _COLUMNS_ONLY or fact.price) and name not in columns:
            problems.add(fact.line(), f"{shown(name)} doit être une colonne d'un fait de type rows")
        for factor in fact.derive:
            _known_fact(factor, directive, fact.line("derive"), doubtful, problems)


def _check_statuses(directive: DirectivePart, problems: Problems) -> None:
    """Every stage has one word, or none has."""
    if not directive.statuses:
        return
    said: dict[str, str] = {}
    for word, status in directive.statuses.items():
        for stage in status.stages:
            if stage in said:
                problems.add(status.line("stages"), f"l'étape « {stage} » a déjà l'état « {said[stage]} »")
            said[stage] = word
    if lacking := [stage for stage in STAGES if stage not in said]:
        problems.add(directive.line("statuses"), f"aucun état pour : {', '.join(lacking)}")


def _check_repeat_and_alerts(directive: DirectivePart, doubtful: frozenset[str], problems: Problems) -> None:
    if (repeat := directive.repeat) is not None:
        for name in repeat.inherit:
            _known_fact(name, directive, repeat.line("inherit"), doubtful, problems)
    for name, alert in directive.alerts.items():
        for fact in (*alert.of, *([alert.fact] if alert.fact else ())):
            _known_fact(fact, directive, alert.line("fact"), doubtful, problems)
        needs = {"habit": "fact", "differs": "fact", "late": "fact", "waiting": "after", "said": "words", "aside": "words"}.get(
            alert.rule
        )
        if needs is not None and not getattr(alert, needs):
            problems.add(alert.line("rule"), f"l'alerte {shown(name)} a besoin de « {needs} »")
        fact_part = directive.facts.get(alert.fact or "")
        if alert.rule == "differs" and fact_part is not None and not fact_part.derive:
            problems.add(alert.line("fact"), f"{shown(alert.fact)} n'a pas de « derive » : rien à comparer")


def _no_word(text: str) -> tuple[str, str] | None:
    """(why no message can ever say that, what to write instead); None for a word."""
    if not any(c.isalnum() for c in text):
        return "il n'a ni lettre ni chiffre", "écrivez-le comme les clients l'écrivent"
    if re.search(r"[×*]", text):
        return (
            "ce qui suit « × » est un poids, donc un nombre",
            "écrivez « mot × 3 » dans le tableau, « {word: mot, weight: 3} » dans le texte",
        )
    return None


def _check_words(words: Iterable[tuple[WordPart, Part]], problems: Problems) -> None:
    """A word stands once: twice it would weigh twice, and in two choices it would say nothing."""
    seen: set[str] = set()
    for word, owner in words:
        if why := _no_word(word.word):
            problems.add(
                word.line("word") or owner.line("words"), f"{shown(word.word)} ne peut pas être un mot : {why[0]}", why[1]
            )
        plain = " ".join(word.word.casefold().split())
        if plain in seen:
            problems.add(word.line("word") or owner.line("words"), f"le mot {shown(word.word)} est déjà dans la liste")
        seen.add(plain)


def _check_gates(directive: DirectivePart, doubtful: frozenset[str], problems: Problems) -> None:
    seen: dict[str, int] = {}
    for gate in directive.gates:
        name, options, line = gate.name, gate.options, gate.line(gate.name)
        if name in seen:
            problems.add(line, f"l'étape « {name} » figure deux fois (déjà ligne {seen[name]})")
        seen[name] = line
        if "fulfil" in seen and name != "fulfil":
            problems.add(line, f"l'étape « {name} » vient après « fulfil », qui doit être la dernière")
        if isinstance(options, ReviewPart) and options.when is not None:
            check_condition(options.when, options.line("when"), directive, doubtful, problems)
        remind = list(getattr(options, "remind", ()))
        if remind != sorted(set(remind)):
            problems.add(options.line("remind"), "les relances vont de la plus proche à la plus lointaine, sans répétition")
        for word in ("close", "expire"):
            end = getattr(options, word, None)
            if end is not None and any(delay >= end for delay in remind):
                problems.add(options.line("remind"), f"une relance doit venir avant la fin (« {word} »)")
    if "fulfil" not in seen:
        problems.add(
            directive.line("gates"), "il manque la dernière étape « fulfil »", "ajoutez « - fulfil: [acknowledgement] »"
        )


def check_condition(
    condition: Condition, line: int, directive: DirectivePart, doubtful: frozenset[str], problems: Problems
) -> None:
    """A condition speaks of known facts and of values that they can have."""
    about = f" (pour la directive « {directive.directive} »)"
    known = ALWAYS_KNOWN | set(directive.facts)
    for name in sorted(condition.names - known - doubtful):
        problems.add(line, f"la condition parle de {shown(name)}, qui n'est pas un fait connu{about}{suggestion(name, known)}")
    for name, operator, value in condition.comparisons:
        fact = directive.facts.get(name)
        kind = fact.type if fact is not None else {"files": "files"}.get(name, "text")
        if name not in known or name in doubtful:
            continue
        if kind == "files":
            if operator in ("=", "!="):
                problems.add(line, f"pour des fichiers, écrivez « {name} has {value} », sans « {operator} »")
            elif operator == "has" and not value.startswith(".") and value not in FAMILIES:
                problems.add(
                    line, f"{shown(value)} n'est ni une extension ni une famille de fichiers{suggestion(value, FAMILIES)}"
                )
        elif operator == "has":
            problems.add(line, f"« has » ne va qu'avec des fichiers ; écrivez « {name} = {value} »")
        if operator in ("<", "<=", ">", ">="):
            if kind not in ("files", "count", "quantity", "money", "dimensions"):
                problems.add(line, f"« {operator} » compare des nombres, et {shown(name)} n'en est pas un")
            elif not _is_number(value):
                problems.add(line, f"un nombre est attendu après « {name} {operator} », pas {shown(value)}")
        # A list that is not there has no values: that is complained of once, where it is named.
        if fact is not None and fact.choices and operator in ("=", "!=") and value not in fact.choices:
            problems.add(line, f"{shown(value)} n'est pas une valeur de « {name} »{suggestion(value, fact.choices)}")


def _is_number(value: str) -> bool:
    return value.removeprefix("-").replace(".", "", 1).isdecimal()


def check_grid(grid: GridPart, doubtful: frozenset[str], problems: Problems) -> None:
    """What can be told of a grid alone."""
    if "fr" not in grid.unit and "unit" not in doubtful:
        problems.add(grid.line("unit"), "l'unité manque en français", "écrivez « unit: {fr: [crédit, crédits]} »")
    for before, after in zip(grid.prices, grid.prices[1:], strict=False):
        if after.since == before.since:
            problems.add(after.line("since"), f"deux grilles commencent le {after.since.isoformat()}")
        elif after.since < before.since:
            problems.add(after.line("since"), "les grilles vont de la plus ancienne à la plus récente")
    for revision in grid.prices:
        for row in revision.rows[:-1]:
            if row.when is None:
                problems.add(row.line(), "cette ligne n'a pas de « when » : les suivantes ne serviraient jamais")


def check_example(
    data: ExamplePart,
    raw: Map,
    home: DirectivePart,
    directives: Mapping[str, DirectivePart],
    doubtful: Iterable[str],
    problems: Problems,
) -> None:
    """An example expects only what its kind of request can give."""
    expect, at = data.expect, data.expect.line
    if not any(key in raw.get("expect", {}) for key in type(expect).model_fields):
        problems.add(at(), "cet exemple n'attend rien", "écrivez par exemple « expect: {kind: SUPPORT} »")
    if expect.kind is not None and expect.kind not in directives and "kind" not in doubtful:
        problems.add(
            at("kind"), f"{shown(expect.kind)} n'est pas un genre de demande connu{suggestion(expect.kind, directives)}"
        )
        return
    target = directives.get(expect.kind or home.kind, home)
    gates = {gate.name for gate in target.gates}
    if "gates" in doubtful:
        gates |= {"complete", "review", "approve"}
    for stage, line in ((expect.stage, at("stage")), (data.stage, data.line("stage"))):
        ways = STAGE_GATES.get(stage or "", ())
        if ways and not gates.intersection(ways):
            problems.add(line, f"une demande {target.kind} ne passe jamais par « {stage} » : l'étape « {ways[0]} » n'y est pas")
    if expect.credits is not None and "approve" not in gates:
        problems.add(at("credits"), f"une demande {target.kind} n'a pas de prix")
    for name in expect.missing or ():
        if name not in target.facts and name not in doubtful:
            problems.add(at("missing"), f"{shown(name)} n'est pas un fait connu{suggestion(name, target.facts)}")
    for name, value in (expect.facts or {}).items():
        fact = target.facts.get(name)
        if fact is None:
            if name not in doubtful:
                problems.add(at("facts"), f"{shown(name)} n'est pas un fait connu{suggestion(name, target.facts)}")
        elif fact.choices and value not in fact.choices:
            problems.add(
                at("facts"), f"{shown(value)} n'est pas une valeur de « {name} »{suggestion(str(value), fact.choices)}"
            )
    statuses = {getattr(target.ticket, stage) for stage in STAGES} - {""}
    if expect.validation_status is not None and expect.validation_status not in statuses:
        meant = suggestion(expect.validation_status, statuses)
        problems.add(at("validation_status"), f"{shown(expect.validation_status)} n'est pas un état du ticket{meant}")
