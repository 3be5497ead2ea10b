from sync.ledger import missing


def test_what_was_told_and_never_came_is_named() -> None:
    assert missing(5, [1, 2, 4]) == [3, 5]
    assert missing(3, [1, 2, 3, 4]) == []
    assert missing(0, []) == []
