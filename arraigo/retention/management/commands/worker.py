"""`./run manage worker`: carries out the sweeps and the long jobs until it is stopped."""

from multiprocessing.process import BaseProcess

from django_q import cluster
from django_q.management.commands.qcluster import Command as Cluster
from django_q.queues import Queue


class Sentinel(cluster.Sentinel):  # type: ignore[misc]
    """django-q's, which begins anew with all of its processes where one of them was killed.

    Whoever is killed while it waits for a queue keeps the queue's lock: a new process alone would wait for ever. What
    the others were doing is undone with their transactions, and comes again as after any other death of theirs.
    """

    def reincarnate(self, process: BaseProcess) -> None:
        if process.exitcode is None or process.exitcode >= 0:
            super().reincarnate(process)
            return
        for each in (*self.pool, self.monitor, self.pusher):
            each.kill()
            each.join()
        self.pool.clear()  # the guard, which walks along it, is done with it
        self.task_queue, self.result_queue = Queue(maxsize=cluster.Conf.QUEUE_LIMIT), Queue()
        self.event_out = cluster.Event()
        self.spawn_cluster()
        cluster.logger.critical("%s was killed: all processes of the worker are new", process.name)


class Command(Cluster):  # type: ignore[misc]
    help = "Runs the worker: sweeps every minute, imports and other long jobs."

    def handle(self, *args: object, **options: object) -> None:
        cluster.Sentinel = Sentinel
        super().handle(*args, **options)
