"""The tables of a database: made at once where there are none, brought up to date where there are."""

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model


def bring_up_to_date(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Give the database the tables of this version; a second time nothing changes.

    An empty one gets them from the models, in one transaction, with the migrations noted as done: these
    retell the whole history of the tables, which takes ten times as long and ends in the same
    (`tests/storage/test_schema.py`; docs/decisions/0033-tables-from-the-models.md).
    """
    connection = connections[using]
    if not connection.introspection.table_names():
        _make(connection)
        emit_post_migrate_signal(verbosity=0, interactive=False, db=using)
        return
    executor = MigrationExecutor(connection)
    behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    call_command("migrate", database=using, verbosity=0, interactive=False)
    if behind and connection.vendor == "sqlite":
        # Its migrations write tables anew, whose statistics are lost: without them it picks the wrong index.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _make(connection: BaseDatabaseWrapper) -> None:
    recorder = MigrationRecorder(connection)
    models: list[type[Model]] = [*apps.get_models(), recorder.Migration]
    with connection.schema_editor() as editor:
        for model in models:
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        for app, name in MigrationLoader(connection).graph.nodes:
            recorder.record_applied(app, name)
