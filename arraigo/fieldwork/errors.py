"""What can go wrong in the field. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class NothingToPrint(RuleBroken):
    """No work order was chosen: mark the ones to print."""

    def __init__(self) -> None:
        super().__init__(_("No work order was chosen: mark the ones to print."))


class AttachmentTooBig(RuleBroken):
    """The file has {size} MB: send one of at most {limit} MB."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            _("The file has %(size)s MB: send a photo of at most %(limit)s MB.") % {"size": size, "limit": limit}
        )


class NotAPicture(RuleBroken):
    """The file is no photo that can be read: send a PNG or JPEG picture."""

    def __init__(self) -> None:
        super().__init__(_("The file is not a photo that can be read: send a PNG or JPEG picture."))


class SignatureBlank(RuleBroken):
    """The signature is blank: let the customer draw it, or record why nobody signs."""

    def __init__(self) -> None:
        super().__init__(_("The signature is blank: let the customer draw it, or record why nobody signs."))


class SignatureMissing(RuleBroken):
    """The signature is missing: draw it, or record why nobody signs, with a photo."""

    def __init__(self) -> None:
        super().__init__(_("The signature is missing: draw it, or record why nobody signs, with a photo."))


class SignedAndRefused(RuleBroken):
    """There is a signature and a reason why nobody signs: keep one of the two."""

    def __init__(self) -> None:
        super().__init__(_("There is a signature and a reason why nobody signs: keep one of the two."))


class SignerMissing(RuleBroken):
    """Write the name of the person who signs."""

    def __init__(self) -> None:
        super().__init__(_("Write the name of the person who signs."))


class SignerDocumentMissing(RuleBroken):
    """Write the identity document of the person who signs."""

    def __init__(self) -> None:
        super().__init__(_("Write the identity document of the person who signs."))


class PhotoMissing(RuleBroken):
    """That nobody signs is recorded with a photo: take one."""

    def __init__(self) -> None:
        super().__init__(_("That nobody signs is recorded with a photo: take one."))


class NoPaperToSign(RuleBroken):
    """No paper was named to sign: every visit leaves at least the work order signed."""

    def __init__(self) -> None:
        super().__init__(_("No paper was named to sign: every visit leaves at least the work order signed."))


class UnknownPaper(RuleBroken):
    """“{paper}” is no paper of a visit; known: {known}."""

    def __init__(self, paper: str, known: str) -> None:
        super().__init__(
            _("“%(paper)s” is not a paper of a visit; known are: %(known)s.") % {"paper": paper, "known": known}
        )


class PapersSigned(RuleBroken):
    """The papers of the visit of order {number} were already signed: {papers}."""

    def __init__(self, number: str, papers: str) -> None:
        super().__init__(
            _("The papers of work order %(number)s are already there: %(papers)s.")
            % {"number": number, "papers": papers}
        )


class VisitOfAnother(RuleBroken):
    """{technician} is already at the customer's for order {number}, since {since}."""

    def __init__(self, number: str, technician: str, since: str) -> None:
        super().__init__(
            _("%(technician)s already attends work order %(number)s, since %(since)s.")
            % {"number": number, "technician": technician, "since": since}
        )


class OrderOfAnother(RuleBroken):
    """Work order {number} is {technician}'s: ask the supervisor to give it to you."""

    def __init__(self, number: str, technician: str) -> None:
        super().__init__(
            _("Work order %(number)s is %(technician)s's: ask the supervisor of your centre to give it to you.")
            % {"number": number, "technician": technician}
        )


class TooManyPhotos(RuleBroken):
    """There are already {limit} photos: remove one before you add another."""

    def __init__(self, limit: int) -> None:
        super().__init__(_("There are already %(limit)s photos: remove one before you add another.") % {"limit": limit})


class VisitFinished(RuleBroken):
    """The visit of order {number} was already recorded by {technician} on {when}."""

    def __init__(self, number: str, technician: str, when: str) -> None:
        super().__init__(
            _("The visit of work order %(number)s was already recorded by %(technician)s on %(when)s.")
            % {"number": number, "technician": technician, "when": when}
        )


class VisitNotFinished(RuleBroken):
    """Record what was done in the visit of order {number} before its papers are signed."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Record what was done in the visit of work order %(number)s before its papers are signed.")
            % {"number": number}
        )


class ArrivalImpossible(RuleBroken):
    """{moment} cannot be the arrival: it lies before the order was made, or has not come yet."""

    def __init__(self, moment: str) -> None:
        super().__init__(
            _("%(moment)s cannot be the arrival: it lies before the order was made, or has not come yet.")
            % {"moment": moment}
        )


class TaskMissing(RuleBroken):
    """Mark at least one task: a solved visit carried one out."""

    def __init__(self) -> None:
        super().__init__(_("Mark at least one task: a solved visit carried one out."))


class UnknownTask(RuleBroken):
    """“{task}” is none of the Xpress tasks; known: {known}."""

    def __init__(self, task: str, known: str) -> None:
        super().__init__(
            _("“%(task)s” is none of the Xpress tasks; known are: %(known)s.") % {"task": task, "known": known}
        )


class MeasurementElsewhere(RuleBroken):
    """Product {product} is not one of order {number}: only affected products are measured."""

    def __init__(self, product: str, number: str) -> None:
        super().__init__(
            _("Product %(product)s is not one of work order %(number)s: measure the affected products.")
            % {"product": product, "number": number}
        )


class MeasurementTwice(RuleBroken):
    """“{name}” was written twice for product {product}: keep one reading before and one after."""

    def __init__(self, name: str, product: str) -> None:
        super().__init__(
            _("“%(name)s” was written twice for product %(product)s: keep one reading before and one after.")
            % {"name": name, "product": product}
        )


class MeasurementNotANumber(RuleBroken):
    """“{value}” is no reading of {name}: write a number of at most 8 digits and two decimals."""

    def __init__(self, value: str, name: str) -> None:
        super().__init__(
            _("“%(value)s” is not a reading of %(name)s: write at most 8 digits and two decimals.")
            % {"value": value, "name": name}
        )


class MaterialUnreadable(RuleBroken):
    """“{material}” is no material with its quantity: write for example “12 m network cable”."""

    def __init__(self, material: str) -> None:
        super().__init__(
            _("“%(material)s” is not a material with its quantity: write for example “12 m network cable”.")
            % {"material": material}
        )


class CopyUnknown(RuleBroken):
    """This link leads to no documents: ask for a new one."""

    def __init__(self) -> None:
        super().__init__(_("This link leads to no documents: ask the cooperative for a new one."))


class CopyExpired(RuleBroken):
    """This link ended on {day}: ask for a new one."""

    def __init__(self, day: str) -> None:
        super().__init__(_("This link ended on %(day)s: ask the cooperative for a new one.") % {"day": day})
