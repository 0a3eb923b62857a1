"""``daemon.py explain`` and ``eval``: mails read without acting, and how well messages are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assembly import chosen, now, reading_setup
from console.beside import reading_store
from core.errors import UserError
from settings import Settings

if TYPE_CHECKING:
    from core.directive import Business
    from engine.evaluation import Evaluation


def explain_paths(settings: Settings, paths: Sequence[str], stage: str) -> Iterator[dict[str, Any]]:
    """One answer a mail, in order; many are spread over processes."""
    from engine.directives import load_all
    from engine.many import explain_all

    loaded = load_all(settings.directives_dir)
    setup = reading_setup(settings, loaded)
    pool = None
    if any(directive.read_files for business in setup.businesses for directive in business.directives):
        from engine.papers import PaperPool
        from scanners import tools_of

        pool = PaperPool(lambda: tools_of(settings))
    try:
        yield from explain_all(
            paths,
            setup,
            admin_email=settings.admin_email,
            stage=stage,
            now=now(),
            open_file=pool.read if pool is not None else None,
        )
    finally:
        if pool is not None:
            pool.close()


def evaluate_lessons(settings: Settings, business: str, directives: Path | None) -> tuple[Evaluation, Evaluation | None]:
    """What people have labelled, through the directives as they stand, and through those of ``directives`` where it is given.

    Raises UserError where there is nothing to measure, or documents are broken.
    """
    from engine.directives import DirectiveErrors, load_all, load_business
    from engine.evaluation import evaluate, labelled

    def load(folder: Path) -> dict[str, Business]:
        try:
            # One business's folder will do: the others stay as they are.
            return {folder.resolve().name: load_business(folder)} if (folder / "business.md").is_file() else load_all(folder)
        except DirectiveErrors as errors:
            raise UserError("ces directives ne se lisent pas : " + " ; ".join(str(p) for p in errors.problems[:5])) from None

    standing = load(settings.directives_dir)
    names = chosen(settings, standing)
    if business and business not in names:
        raise UserError(f"« {business} » n'est pas un métier servi ici", todo="un de : " + ", ".join(names))
    with reading_store(settings) as store:
        examples = labelled(store, business)
    before = evaluate(examples, [standing[name] for name in names])
    if directives is None:
        return before, None
    edited = standing | load(directives)
    return before, evaluate(examples, [edited[name] for name in chosen(settings, edited)])
