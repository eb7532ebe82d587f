from ouro_web.lib.queues import Sqlite


def test_a_task_is_carried_out_and_leaves_no_record(tmp_path):
    queue = Sqlite("queue", filename=str(tmp_path / "queue.db"), results=False)
    done: list[str] = []
    queue.task()(done.append)("it")
    queue.put_result("djt.1", {"status": "READY"})
    assert (queue.pending_count(), queue.result_count()) == (1, 0)
    queue.execute(queue.dequeue())
    assert (done, queue.pending_count(), queue.result_count()) == (["it"], 0, 0)
    queue.storage.close()
