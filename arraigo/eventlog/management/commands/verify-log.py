"""`./run manage verify-log`: prove that the sealed events are whole, and the papers signed under them."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arraigo.eventlog.papers import Papers, prove
from arraigo.eventlog.verify import Proof, verify


class Command(BaseCommand):
    help = "Prove the chain of sealed events, name its first broken link, tell the unsealed tail; prove signed papers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        proof, papers = verify(), prove()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(proof) | {"papers": asdict(papers)}))
        else:
            self._tell(proof, papers)
        if proof.broken:
            raise CommandError(proof.broken.sentence, returncode=1)
        if papers.changed:
            changed = (_("%(record)s is no longer as the log has it.") % {"record": name} for name in papers.changed)
            raise CommandError("\n".join(changed), returncode=1)

    def _tell(self, proof: Proof, papers: Papers) -> None:
        sealed = ngettext("%(count)d sealed event is whole.", "%(count)d sealed events are whole.", proof.sealed)
        self.stdout.write(sealed % {"count": proof.sealed})
        self.stdout.write(_("Head of the chain: %(head)s") % {"head": proof.head})
        self.stdout.write(_("Checkpoints that agree: %(count)d") % {"count": proof.checkpoints})
        tail = ngettext("%(count)d event is not sealed yet.", "%(count)d events are not sealed yet.", proof.unsealed)
        self.stdout.write(tail % {"count": proof.unsealed})
        whole = ngettext(
            "%(count)d signed document or review is whole.",
            "%(count)d signed documents and reviews are whole.",
            papers.whole,
        )
        self.stdout.write(whole % {"count": papers.whole})
