"""The figures of `benches/hearing`: each is good for a transcript that is good, and goes red for
one that is not."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hearing import environment, metrics, text, ways
from hearing.metrics import Word

# Two words, a number and a sentence, with pauses between them.
TRUTH = (
    Word("window", 0.5, 1.0),
    Word("window", 2.0, 2.5),
    Word("50 %", 3.0, 4.0),
    Word("The book is here.", 5.0, 6.2),
)
DURATION = 7.0
# The same as a recogniser writes it.
HEARD = (
    Word(" Window,", 0.5, 1.0),
    Word(" window.", 2.0, 2.5),
    Word(" 50%", 3.0, 4.0),
    Word(" The", 5.0, 5.2),
    Word(" book", 5.2, 5.6),
    Word(" is", 5.6, 5.8),
    Word(" here.", 5.8, 6.2),
)


def moved(by: float, number: int) -> list[Word]:
    """What is heard with one word at another time."""
    words = list(HEARD)
    word = words[number]
    words[number] = Word(word.text, word.start + by, word.end + by)
    return words


def test_numbers_are_read_as_they_are_spoken() -> None:
    assert text.spoken("42") == text.spoken("Forty-two.") == ["forty", "two"]
    assert text.spoken("$20") == text.spoken("20 dollars,") == ["twenty", "dollars"]
    assert text.spoken("50 %") == text.spoken("fifty per cent") == ["fifty", "percent"]
    assert text.spoken("3.5") == ["three", "point", "five"]
    assert text.spoken("1,250 and 13,004") == [
        *("one", "thousand", "two", "hundred", "fifty", "and"),
        *("thirteen", "thousand", "four"),
    ]
    assert text.spoken("Mr. X") == ["mister", "x"]


def test_wrong_words_are_counted() -> None:
    said = "he was not an ill disposed young man"
    assert text.error_rate(said, "He was not an ill-disposed young man.") == 0
    assert text.error_rate(said, "He was an old disposed young man, man.") == pytest.approx(3 / 8)
    assert text.error_rate(said, "") == 1


def test_a_true_transcript_has_no_error_of_time() -> None:
    found = metrics.times(TRUTH, HEARD)
    assert (found.starts, found.ends, found.items) == ((0, 0, 0, 0), (0, 0, 0, 0), 4)


@pytest.mark.parametrize("by", [0.3, -0.3])
def test_late_and_early_words_are_seen(by: float) -> None:
    found = metrics.times(TRUTH, moved(by, 3))
    assert found.starts == pytest.approx((0, 0, 0, by))
    assert found.ends == (0, 0, 0, 0), "the sentence ends with another word"
    assert metrics.times(TRUTH, moved(by, 4)).starts == (0, 0, 0, 0), "within a sentence"
    assert metrics.times(TRUTH, moved(by, 6)).ends == pytest.approx((0, 0, 0, by))


def test_a_word_far_from_its_place_still_counts() -> None:
    assert metrics.times(TRUTH, moved(60, 2)).starts == pytest.approx((0, 0, 60, 0))


def test_what_was_not_heard_has_no_time_but_is_missed() -> None:
    found = metrics.times(TRUTH, HEARD[2:])
    assert (len(found.starts), found.items) == (2, 4)
    wrong = [Word(" winter", 0.5, 1.0), *HEARD[1:]]
    assert len(metrics.times(TRUTH, wrong).starts) == 3


def test_of_two_words_that_are_the_same_the_nearer_is_meant() -> None:
    for lost in (0, 1):
        words = [word for number, word in enumerate(HEARD) if number != lost]
        assert metrics.times(TRUTH, words).starts == (0, 0, 0)


def test_a_word_that_begins_inside_another_has_no_begin() -> None:
    joined = [*HEARD[:2], Word(" about-50%", 2.9, 4.0), *HEARD[3:]]
    found = metrics.times(TRUTH, joined)
    assert (len(found.starts), len(found.ends)) == (3, 4)


def test_medians_and_percentiles_look_at_sizes() -> None:
    errors = [number / 100 * (-1) ** number for number in range(1, 101)]
    assert metrics.percentile(errors, 0.95) == 0.95
    assert metrics.percentile([*errors, 5.0], 0.99) == 1.0
    assert metrics.median([-0.1, 0.2, -0.3]) == 0.2
    assert metrics.median([]) == metrics.percentile([], 0.95) == math.inf


def test_a_word_over_a_silence_is_counted() -> None:
    def count(word: Word) -> int:
        return metrics.over_silence(TRUTH, [*HEARD, word], DURATION)

    assert metrics.over_silence(TRUTH, HEARD, DURATION) == 0
    assert count(Word(" window", 0.5, 1.1)) == 0, "a little is forgiven"
    assert count(Word(" window", 0.5, 1.2)) == 1, "the pause after it"
    assert count(Word(" window", 0.3, 1.0)) == 1, "the pause before it"
    assert count(Word(" here", 5.8, 6.5)) == 1, "the end"
    assert count(Word(" invented", 1.2, 1.8)) == 1, "nothing is said there"


def test_words_over_each_other_are_counted() -> None:
    assert metrics.overlapping(HEARD) == 0
    assert metrics.overlapping([Word("a", 0, 1), Word("b", 0.9, 2)]) == 1
    assert metrics.overlapping([Word("a", 1, 0.5), Word("b", 2, 3)]) == 1
    assert metrics.overlapping([Word("a", 0, 1), Word("b", 1, 2)]) == 0


def test_pieces_without_a_space_belong_to_the_word_before() -> None:
    pieces = [Word(" $", 0, 0.1), Word("20", 0.1, 0.6), Word(" or", 0.6, 0.8), Word(" 5", 1, 1.2)]
    pieces.append(Word("%", 1.2, 1.5))
    expected = (Word(" $20", 0, 0.6), Word(" or", 0.6, 0.8), Word(" 5%", 1, 1.5))
    assert ways.whole(pieces) == expected


def test_the_peers_vocabulary_is_in_the_order_of_numbers(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    added = [{"id": 2, "content": "<|endoftext|>"}]
    file.write_text(json.dumps({"model": {"vocab": {"b": 1, "a": 0}}, "added_tokens": added}))
    words = environment.vocabulary(file)
    assert words[:4] == ["a", "b", "<|endoftext|>", "<|0.00|>"]
    assert (len(words), words[-1]) == (1504, "<|30.00|>")
    file.write_text(json.dumps({"model": {"vocab": {"b": 1}}, "added_tokens": added}))
    with pytest.raises(SystemExit):
        environment.vocabulary(file)
