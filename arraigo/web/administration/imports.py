"""Files in: upload, mapping with preview, dry run, progress, rejects, history, undo."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.imports import guess, jobs, undo
from arraigo.imports.column_words import word
from arraigo.imports.kinds import KINDS, kind_of, label_of
from arraigo.imports.models import ImportRun
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.web import lists, replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.administration.import_forms import MappingForm, UploadForm, initial
from arraigo.web.administration.lists import IMPORTS, labelled

ONLY = staff(Role.ADMINISTRATOR)


def runs() -> QuerySet[ImportRun]:
    """Every import, the newest first."""
    return ImportRun.objects.select_related("by", "undone_by").order_by("-pk")


def run_or_404(pk: int) -> ImportRun:
    found = runs().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@ONLY
def imports(request: HttpRequest) -> HttpResponse:
    """The history of imports, and the form for another file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if replies.sent(request, form):
        try:
            run = jobs.upload(form.cleaned_data["file"], form.cleaned_data["kind"], actor=user_of(request))
        except RuleBroken as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("administration_import", run.pk)
    if request.method == "POST":
        shown = lists.show(request, IMPORTS, runs(), prepare=labelled)
        return replies.page(request, "administration/imports.html", {"form": form, "list": shown})
    return lists.reply(request, IMPORTS, runs(), "administration/imports.html", {"form": form}, prepare=labelled)


@require_http_methods(["GET", "POST"])
@ONLY
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: while it is prepared its mapping and ten rows as understood, afterwards what became of it."""
    run = run_or_404(pk)
    if not _is_prepared(run):
        if request.method == "POST":
            messages.error(request, _("This import is being worked on, or is finished: nothing was changed."))
            return redirect("administration_import", pk)
        return render(request, "administration/import_run.html", {"run": run, "label": label_of(run.kind)})
    return _prepare(request, run)


def _is_prepared(run: ImportRun) -> bool:
    """Whether its mapping may still be changed: a file that lay in a folder of no kind has none."""
    waits = run.state in (ImportRun.State.DRAFT, ImportRun.State.FAILED) and run.kind in KINDS
    return waits and Path(run.stored or "-").exists()


def _prepare(request: HttpRequest, run: ImportRun) -> HttpResponse:
    kind, problem, shown = kind_of(run.kind), "", None
    try:
        shown = guess.preview(Path(run.stored), jobs.mapping_of(run))
    except RuleBroken as refusal:
        problem = str(refusal)
    headers = shown.headers if shown else tuple(jobs.mapping_of(run).columns.values())
    first = initial(jobs.mapping_of(run), create_missing=run.create_missing)
    sheets = shown.sheets if shown else ()
    form = MappingForm(request.POST or None, initial=first, kind=kind, headers=headers, sheets=sheets)
    if replies.sent(request, form) and _carried_out(request, run, form):
        return redirect("administration_import", run.pk)
    context = {"run": run, "label": kind.label, "form": form, "problem": problem, "rows": _cells(shown)}
    return replies.page(request, "administration/import_run.html", context)


def _carried_out(request: HttpRequest, run: ImportRun, form: MappingForm) -> bool:
    """Keep the mapping and do what the button pressed says; False with the reason in the form."""
    data = form.cleaned_data
    try:
        if "sheet" in form.changed_data:
            jobs.take_sheet(run, data["sheet"], source=data["source"], create_missing=data["create_missing"])
            messages.info(request, _("Another sheet, other columns: look over what was recognised before you go on."))
            return True
        jobs.set_mapping(run, form.told(), create_missing=data["create_missing"])
        act = request.POST.get("act", "")
        if act in ("try", "bring"):
            jobs.start(run, dry_run=act == "try")
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _cells(shown: guess.Guessed | None) -> dict[str, Any]:
    """The rows as understood, as a table: the columns that any row has, those that say why one is rejected first."""
    rows = shown.shown() if shown else []
    why = [name for row in rows for name, text in row.items() if name == "line" or text.startswith(guess.REFUSED)]
    names = list(dict.fromkeys([*why, *(name for row in rows for name in row)]))
    bad = [row is None for _raw, _reasons, row in shown.rows] if shown else []
    return {
        "names": [(name, "" if name == "line" else word(name)) for name in names],
        "lines": [([row.get(name, "") for name in names], wrong) for row, wrong in zip(rows, bad, strict=True)],
    }


@require_GET
@ONLY
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is; asked every other second while it is worked on."""
    run = run_or_404(pk)
    answer = render(request, "administration/part_import_progress.html", {"run": run})
    if run.state not in ImportRun.AT_WORK:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@ONLY
def import_rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not taken, with line, field, value and reason; of the dry run before it is brought in."""
    path = run_or_404(pk).rejects
    if path is None:
        raise Http404
    answer = StreamingHttpResponse(_chunks(path), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, path.name) or "attachment"
    return cast(HttpResponse, answer)


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, which is opened when they are asked for."""
    with path.open("rb") as file:
        while chunk := file.read(1 << 16):
            yield chunk


@require_GET
@ONLY
def import_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """The mapping as its TOML file, for the command line and the folder."""
    run = run_or_404(pk)
    if not run.mapping:
        raise Http404
    answer = HttpResponse(jobs.mapping_of(run).as_toml(), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{run.kind}-{run.pk}.toml"'
    return answer


@posted
@ONLY
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back, where nothing has touched since what it brought."""
    run = run_or_404(pk)
    replies.attempt(request, lambda: undo.undo(run, actor=user_of(request)), _("The import is undone."))
    return redirect("administration_import", pk)
